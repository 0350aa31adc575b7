/** How to use this mirror: lines to copy, with its own address in them. */
import { CACHE_NIXOS_ORG_1, formatPublicKey, type PublicKey } from '../../../shared/nix/signature.ts';
import { copyBlock, ours } from '../../../shared/web/copy-block.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import { section } from '../../../shared/web/section.ts';

export interface UseLines {
  readonly mirrorUrl: string;
  readonly upstreamUrl: string;
  /** Whose signatures count here. */
  readonly publicKeys: readonly PublicKey[];
}

export function useSection({ mirrorUrl, upstreamUrl, publicKeys }: UseLines): Markup {
  const own = ours(mirrorUrl);
  const text = publicKeys.map(formatPublicKey).filter((key) => key !== TRUSTED_ALREADY);
  const note = html`<p>One click selects a whole block. What is not here, Nix fetches upstream.</p>
<p>${text.length === 0 ? NO_KEY : html`What is here is signed by ${names(publicKeys)}. Nix has to be told to trust that key.`}</p>`;
  return section({ id: 'use', heading: 'Use it', note }, [
    copyBlock(
      '/etc/nix/nix.conf',
      html`substituters = ${own} ${upstreamUrl}${text.length > 0 && html`\nextra-trusted-public-keys = ${text.join(' ')}`}`,
    ),
    html`<div class="pair">${copyBlock('NixOS, configuration.nix', html`nix.settings.substituters = [\n  "${own}"\n];${inNix('nix.settings.trusted-public-keys', text)}`)}
${copyBlock('A flake, flake.nix', html`nixConfig.extra-substituters = [\n  "${own}"\n];${inNix('nixConfig.extra-trusted-public-keys', text)}`)}</div>`,
    html`<p class="small soft">Not a trusted user of the Nix daemon? Then ask your administrator to add <code>${mirrorUrl}</code> to <code>trusted-substituters</code> (<code>nix.settings.trusted-substituters</code> on NixOS), and you may name it yourself.</p>`,
  ]);
}

/** The keys that Nix has to be told, as a setting in its language. */
const inNix = (setting: string, keys: readonly string[]) =>
  keys.length > 0 && html`\n${setting} = [${keys.map((key) => `\n  "${key}"`)}\n];`;

const TRUSTED_ALREADY = formatPublicKey(CACHE_NIXOS_ORG_1);
const NO_KEY = html`No separate key is needed: all that is here is upstream’s, byte for byte, signed by <span class="unbroken">${CACHE_NIXOS_ORG_1.name}</span>, which Nix trusts already and checks by itself.`;

const names = (keys: readonly PublicKey[]): string => keys.map(({ name }) => name).join(', ');
