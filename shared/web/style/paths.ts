/** How a store path stands: the form, the chain to the cause, the facts. */
export const PATHS = `
.find { display: flex; flex-wrap: wrap; gap: var(--s2); margin-top: var(--s5); max-width: 46rem; }
.find input { flex: 1 1 18rem; min-width: 0; padding: var(--s2) var(--s3); border: 1px solid var(--firm); border-radius: 8px; background: var(--raised); color: var(--ink); font: 400 var(--small)/1.5 var(--mono); }
.find button { padding: var(--s2) var(--s5); border: 1px solid var(--ink); border-radius: 8px; background: var(--ink); color: var(--paper); font: 600 var(--small)/1.5 var(--sans); cursor: pointer; }
.title em { font-style: normal; color: var(--tone); }
.path { overflow-wrap: anywhere; font-family: var(--mono); font-size: var(--small); font-weight: 400; }
.path i { font-style: normal; color: var(--soft); }
.chain { display: grid; gap: var(--s5); list-style: none; }
.chain li { display: grid; gap: var(--s1); padding-left: var(--s5); border-left: 3px solid var(--tone); }
.chain .aside { margin-block: var(--s1); overflow-wrap: anywhere; }
.facts th { width: 9rem; font-weight: 600; }
.facts td { overflow-wrap: anywhere; }
`;
