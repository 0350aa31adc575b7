/** What is there to be copied: the only boxes on a page. */
export const COPY = `
.copy { border: 1px solid var(--line); border-radius: 10px; background: var(--raised); }
.copy h3 { padding: var(--s2) var(--s4); border-bottom: 1px solid var(--line); color: var(--soft); font-weight: 500; font-size: var(--tiny); line-height: 1.4; }
.copy pre { padding: var(--s3) var(--s4) var(--s4); font-size: var(--small); line-height: 1.7; white-space: pre-wrap; overflow-wrap: anywhere; }
.copy pre:focus-visible { outline-offset: -3px; border-radius: 0 0 10px 10px; }
.copy code { font-size: 1em; -webkit-user-select: all; user-select: all; }
.ours { color: var(--accent); font-weight: 700; }
`;
