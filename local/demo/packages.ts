/**
 * What the demo's package set is made of, by hand where its shape matters and by the dozen where only names do. A line:
 *     pname version [+output …] [!mark …] : reference …
 * References stand above what refers to them. Marks: `!hidden` is in no channel's list, `!desktop` in none of the small ones,
 * `!data` mentions no store path, `!fixed` is content-addressed, `!same=pname` has the very contents of another.
 */
export interface PackageLine {
  readonly pname: string;
  readonly version: string;
  /** Beside `out`. */
  readonly outputs: readonly string[];
  readonly references: readonly string[];
  readonly hidden: boolean;
  readonly desktop: boolean;
  readonly data: boolean;
  readonly fixed: boolean;
  /** Whose contents it has: its own, or another's. */
  readonly contentsOf: string;
}

/** Is in the lists, but upstream has no narinfo of it. */
export const MISSING_PACKAGE = 'lpform-tex';
/** Its NAR is not the one that was signed, until it is repaired; ffmpeg and all that refers to it wait. */
export const CORRUPT_PACKAGE = 'openapv';

/** One that is whole, and one that has the corrupt one in its closure. */
export const LANDMARKS = ['hello', 'mpv'] as const;

export const CORE = lines(`
libunistring 1.4.1 +dev
libidn2 2.3.8 +dev +doc : libunistring
xgcc-libgcc 14.3.0 !hidden
glibc 2.42-51 +bin +dev +debug : libidn2 xgcc-libgcc
gcc-lib 14.3.0 !hidden : glibc
bash 5.3p9 +doc +man : glibc
attr 2.5.2 +dev : glibc
acl 2.3.2 +dev +doc : attr
gmp 6.3.0 +dev : glibc gcc-lib
zlib 1.3.1 +dev +debug : glibc
bzip2 1.0.8 +dev : glibc bash
xz 5.8.2 +dev +man : glibc bash
zstd 1.5.7 +dev +man : glibc gcc-lib
brotli 1.2.0 +dev : glibc
lz4 1.10.0 +dev : glibc
ncurses 6.5 +dev +man : glibc bash
readline 8.3p1 +dev +doc : ncurses
pcre2 10.46 +dev +doc : glibc
libffi 3.5.2 +dev +man : glibc
expat 2.7.3 +dev : glibc
coreutils 9.8 +doc : acl attr gmp
findutils 4.10.0 : coreutils
gnugrep 3.12 : pcre2 bash
gnused 4.9 : acl
gawk 5.3.2 : readline gmp
diffutils 3.12 : coreutils
gnutar 1.35 : acl
gzip 1.14 : bash
patch 2.8 : attr
gnumake 4.4.1 +doc : glibc
openssl 3.6.0 +dev +doc +debug : glibc zlib
keyutils 1.6.3 +dev !hidden : glibc
libkrb5 1.22.1 +dev : keyutils openssl
nghttp2 1.67.1 +dev : glibc
nghttp3 1.12.0 +dev : glibc
libssh2 1.11.1 +dev : openssl zlib
publicsuffix-list 2025-10-08 !data
libpsl 0.21.5 +dev : publicsuffix-list libidn2
curl 8.17.0 +dev +debug +doc +man : brotli libkrb5 libpsl libssh2 nghttp2 nghttp3 zstd
sqlite 3.50.4 +dev +man : readline zlib
gdbm 1.26 +dev : readline
tzdata 2025b !data
mailcap 2.1.54 !data !hidden
libxcrypt 4.5.2 +man : glibc
python3 3.13.9 +debug : bash bzip2 expat gdbm libffi libxcrypt mailcap openssl sqlite tzdata xz
perl 5.42.0 +dev +doc : coreutils libxcrypt
git 2.51.2 +doc +debug : curl expat gawk gnugrep gnused pcre2 perl python3
libxml2 2.15.1 +dev : python3 zlib xz
glib 2.86.1 +dev +doc : libffi pcre2 zlib
dbus 1.16.2 +doc : expat glib
util-linux-minimal 2.41.2 +man : ncurses readline sqlite
systemd-minimal 258.2 : acl coreutils libxcrypt util-linux-minimal
libpng-apng 1.6.50 +dev !desktop : zlib
libjpeg-turbo 3.1.2 +dev !desktop : glibc
freetype 2.13.3 +dev !desktop : bzip2 brotli libpng-apng
dejavu-fonts-minimal 2.37 !data !desktop
dejavu-fonts-compat 2.37 !data !same=dejavu-fonts-minimal !hidden !desktop
fontconfig 2.17.1 +dev +lib !desktop : dejavu-fonts-minimal expat freetype
pixman 0.46.4 !desktop : glibc
cairo 1.18.4 +dev !desktop : fontconfig glib pixman
fribidi 1.0.16 !desktop : glibc
harfbuzz 12.2.0 +dev !desktop : freetype glib
pango 1.57.0 +dev !desktop : cairo fribidi harfbuzz
wayland 1.24.0 +dev !desktop : expat libffi libxml2
libxkbcommon 1.13.0 !desktop : libxml2 wayland
gdk-pixbuf 2.44.4 +dev !desktop : glib libjpeg-turbo libpng-apng
gtk4 4.20.2 +dev !desktop : gdk-pixbuf libxkbcommon pango wayland
adwaita-icon-theme 49.0 !data !desktop
x264 0-unstable-2025-01-03 !desktop : glibc
dav1d 1.5.2 !desktop : glibc
openapv 0.2.0.4 !desktop : glibc gcc-lib
ffmpeg 8.0 +bin +lib +man !desktop : dav1d fontconfig openapv openssl x264
mpv 0.40.0 +doc !desktop : ffmpeg libxkbcommon wayland
yt-dlp 2025.11.12 !desktop : ffmpeg python3
celluloid 0.29 !desktop : gtk4 mpv
hello 2.12.2 : glibc
oniguruma 6.9.10 +lib : glibc
jq 1.8.1 +bin +man : oniguruma
libevent 2.1.12 : openssl
tmux 3.5a +man : libevent ncurses systemd-minimal
tree 2.2.1 : glibc
vim 9.1.1869 : gawk ncurses
nano 8.7 : ncurses
htop 3.4.1 : ncurses systemd-minimal
nginx 1.28.0 +doc : libxml2 openssl pcre2
postgresql 17.6 +lib +doc +man : libkrb5 libxml2 readline systemd-minimal tzdata
redis 8.2.2 : openssl systemd-minimal
openssh 10.2p1 : libkrb5 openssl
rsync 3.4.1 : acl lz4 zstd openssl
wget 1.25.0 : libpsl openssl pcre2
libsodium 1.0.20 : glibc
boehm-gc 8.2.8 !hidden : gcc-lib
nlohmann_json 3.12.0 !data !hidden
nix 2.31.2 +dev +doc +man +debug : boehm-gc bzip2 curl git libsodium nlohmann_json openssl sqlite xz
nix-direnv 3.1.0 : bash coreutils git gnugrep nix
home-manager 0-unstable-2025-11-10 : bash coreutils findutils jq nix-direnv
linux-firmware 20251111 !fixed
nerd-fonts-symbols 3.4.0 !fixed !desktop
hack-font 3.003 !data !desktop
hack-font-nox 3.003 !data !same=hack-font !desktop
lpform-tex 1.0 !data !desktop
texlive-bin 2025 !desktop : cairo freetype glib perl python3
texlive-medium 2025 !desktop : texlive-bin
`);

/** Only names matter here: each refers to the first of its line, and to some that stand before it. */
export const FAMILIES: readonly {
  readonly base: string;
  readonly prefix: string;
  readonly desktop: boolean;
  readonly names: readonly string[];
}[] = [
  {
    base: 'python3',
    prefix: 'python3.13-',
    desktop: true,
    names: words(`six certifi idna charset-normalizer urllib3 requests packaging setuptools wheel pip attrs markupsafe
      jinja2 click werkzeug itsdangerous flask pyyaml numpy pandas scipy pillow lxml cffi cryptography pyopenssl
      pygments docutils sphinx pytest hypothesis aiohttp multidict yarl frozenlist sqlalchemy alembic django tornado
      rich textual typer httpx anyio sniffio`),
  },
  {
    base: 'perl',
    prefix: 'perl5.42.0-',
    desktop: true,
    names: words(`URI HTTP-Message LWP JSON Moose Try-Tiny DBI DBD-SQLite Mojolicious Path-Tiny DateTime XML-Parser
      Net-SSLeay IO-Socket-SSL`),
  },
  {
    base: 'gcc-lib',
    prefix: '',
    desktop: true,
    names: words(`ripgrep fd bat eza zoxide starship hyperfine tokei delta dust procs sd just watchexec helix zellij
      nushell alacritty difftastic bottom gitui uv ruff typst jujutsu atuin xh broot`),
  },
  {
    base: 'tzdata',
    prefix: '',
    desktop: false,
    names: words(`terraform-ls kubectl helm k9s lazygit gh hugo caddy traefik prometheus grafana-loki restic rclone
      syncthing age sops fzf yq-go dive minio-client`),
  },
  {
    base: 'glibc',
    prefix: 'haskell-ghc9.10.3-',
    desktop: true,
    names: words('aeson lens text vector conduit servant pandoc-types hedgehog optparse-applicative warp'),
  },
  {
    base: 'bash',
    prefix: 'nixos-',
    desktop: false,
    names: words('option rebuild-ng enter install generate-config version firewall-tool'),
  },
];

function lines(text: string): readonly PackageLine[] {
  return text.trim().split('\n').map(parseLine);
}

function parseLine(line: string): PackageLine {
  const [description = '', references = ''] = line.split(' : ');
  const [pname = '', version = '', ...more] = words(description);
  const marks = more.filter((word) => word.startsWith('!')).map((word) => word.slice(1));
  return {
    pname,
    version,
    outputs: more.filter((word) => word.startsWith('+')).map((word) => word.slice(1)),
    references: words(references),
    hidden: marks.includes('hidden'),
    desktop: marks.includes('desktop'),
    data: marks.includes('data'),
    fixed: marks.includes('fixed'),
    contentsOf: marks.find((mark) => mark.startsWith('same='))?.slice('same='.length) ?? pname,
  };
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter(Boolean);
}
