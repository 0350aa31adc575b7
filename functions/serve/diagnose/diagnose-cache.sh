#!/bin/sh
# diagnose-cache: tries a Nix binary cache from where you are, and prints one report with a verdict per line.
#
# It reads from the mirror and from upstream what Nix would read, and sends nothing anywhere: no report, no setting, no name.
# Of nix.conf it looks at substituters, trusted-substituters, trusted-public-keys, trusted-users and require-sigs, and at
# nothing else. It needs a POSIX shell; what curl or Nix has to try is skipped where they are missing. Every wait is bounded.
#
# All is in functions, and the last line calls them: a script that was cut on its way does nothing.
set -uf
export LC_ALL=C
unset job tmp

# Put in by the mirror that served this.
mirror='@MIRROR@'
upstream='@UPSTREAM@'
keys='@KEYS@'     # in the syntax of trusted-public-keys
sample='@SAMPLE@' # <hash>-<name> of a small store path; empty when none is known

LONG=60             # seconds for a NAR
SHORT=15            # seconds for everything smaller
MOST=33554432       # bytes of a NAR that is fetched as a whole
ENOUGH=4194304      # bytes that tell upstream's speed
TELLING=65536       # bytes below which a speed tells nothing
MOST_SKEW=300       # seconds that clocks may differ
ADDRESS='https?://([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~%-]+)*/?'
NEWLINE='
'

wrongs=0
notes=0
skips=0

usage() {
  cat <<'HELP'
Usage: diagnose-cache [MIRROR]
       curl -sL MIRROR/diagnose-cache | sh -s -- [MIRROR]

Tries a Nix binary cache from this machine: names, TLS, its answers, a signature, a NAR and its hash, resuming, speed,
redirects, the clock, and your nix.conf; and compares it with upstream. It sends nothing anywhere.

MIRROR   an address such as https://cache.example.org; by default the mirror that this script is from
--help   this text

Exit code: 0 all is well, 1 something is wrong, 2 it was called wrongly.
HELP
}

# --- the report

say() { printf '%-5s %-12s %s\n' "$1" "$2" "$3"; }
ok() { say ok "$1" "$2"; }
note() { notes=$((notes + 1)) && say note "$1" "$2"; }
skip() { skips=$((skips + 1)) && say - "$1" "skipped: $2"; }
wrong() { wrongs=$((wrongs + 1)) && say WRONG "$1" "$2"; }

# What a server said, fit for a terminal: one short line, no control characters.
printable() { tr '\n' ' ' | tr -cd '\040-\176' | cut -c 1-200 | sed 's/ *$//'; }

rate() {
  awk -v bytes="$1" 'BEGIN { if (bytes >= 1e6) printf "%.1f MB/s", bytes / 1e6; else printf "%.0f kB/s", bytes / 1e3 }'
}

# --- bounded work

# bounded SECONDS COMMAND...: 143 when it had to be ended. timeout(1) is not everywhere.
bounded() {
  limit=$1
  shift
  "$@" &
  job=$!
  (
    waited=0
    while [ "$waited" -lt "$limit" ]; do
      sleep 1
      waited=$((waited + 1))
      kill -0 "$job" 2>/dev/null || exit 0
    done
    kill "$job"
    sleep 2
    kill -9 "$job"
  ) </dev/null >/dev/null 2>&1 &
  dog=$!
  wait "$job" 2>/dev/null
  ended=$?
  unset job
  kill "$dog" 2>/dev/null
  wait "$dog" 2>/dev/null
  return "$ended"
}

clean_up() {
  # A child that is ended before its shell has put the traps aside comes here, too: it has nothing to clean up.
  # shellcheck disable=SC2016 # it is that shell's parent: who asks
  [ "$(exec sh -c 'echo "$PPID"')" = "$$" ] || return 0
  [ -z "${job:-}" ] || kill "$job" 2>/dev/null
  [ -z "${tmp:-}" ] || rm -rf "$tmp"
}

have() { command -v "$1" >/dev/null 2>&1; }

# ask NAME SECONDS ADDRESS [CURL ARGUMENTS...]: leaves NAME.body, NAME.head and NAME.error. No curlrc, no netrc, no cookies.
# Sets code (curl's), status, redirects, size, speed, address and effective.
ask() {
  into=$tmp/$1
  patience=$2
  asked=$3
  shift 3
  status=000 redirects=0 size=0 speed=0 address='' effective=''
  : >"$into.body"
  : >"$into.head"
  bounded $((patience + 5)) curl -q -g -s -S -L -A diagnose-cache -m "$patience" --connect-timeout 10 --max-redirs 5 \
    --proto =http,https --max-filesize "$MOST" -D "$into.head" -o "$into.body" \
    -w '%{http_code} %{num_redirects} %{size_download} %{speed_download} %{remote_ip}\n%{url_effective}\n' "$@" \
    --url "$asked" >"$into.said" 2>"$into.error"
  code=$?
  { read -r status redirects size speed address && read -r effective; } <"$into.said" || return "$code"
  speed=${speed%%.*}
  return "$code"
}

# What went wrong with the last ask, in words.
why() {
  case $code in
    0 | 22) echo "it answers with status $status" ;;
    5 | 6) echo 'the name has no address' ;;
    7) echo 'the connection is refused, or there is no way to it' ;;
    28 | 143) echo 'it does not answer in time' ;;
    35) echo 'there is no agreement about TLS' ;;
    47) echo 'it redirects in a circle' ;;
    51 | 60 | 77) echo 'its certificate is not good for this machine' ;;
    52 | 56 | 92) echo 'the connection breaks off' ;;
    18) echo 'the answer breaks off' ;;
    63) echo 'the answer is too large' ;;
    *) echo "curl fails with code $code" ;;
  esac
}

answered() { [ "$code" = 0 ] && [ "$status" = 200 ]; }

# The last value of a header, after all redirects. header NAME FIELD
header() {
  tr -d '\r' <"$tmp/$1.head" | awk -v field="$2" '
    { colon = index($0, ":") }
    colon && tolower(substr($0, 1, colon - 1)) == field { value = substr($0, colon + 1) }
    END { sub(/^[ \t]+/, "", value); print value }'
}

# A line of a narinfo or of nix-cache-info. field NAME FIELD
field() { sed -n "s/^$2: *//p" "$tmp/$1.body" | head -n 1; }

# The same as a number: 0 when it is none.
number() { field "$1" "$2" | grep -E -x '[0-9]{1,15}' || echo 0; }

host_of() { printf '%s\n' "$1" | sed -e 's,^[a-z]*://,,' -e 's,/.*,,' -e 's,^.*@,,'; }

# --- Nix, without its memory of narinfos, and without what of its settings would tell the mirror who asks

# `--option` is understood by every Nix, also where it does not know the setting.
ask_nix() {
  ask_nix_for=$1
  shift
  XDG_CACHE_HOME=$tmp/cache NIX_CACHE_HOME=$tmp/cache bounded "$ask_nix_for" nix "$@" \
    --option extra-experimental-features nix-command --option trusted-public-keys "$keys" --option secret-key-files '' \
    --option netrc-file "$tmp/no-netrc" --option user-agent-suffix '' --option connect-timeout 10 --option stalled-download-timeout 15 \
    --option download-attempts 2 >"$tmp/nix.out" 2>"$tmp/nix.error"
}

# `nix verify` until 2.3, `nix store verify` since. Both read from the store they are told, and need none of their own.
verify() {
  if is_old; then set -- verify "$@"; else set -- store verify "$@"; fi
  ask_nix "$LONG" "$@" --store "$mirror" "/nix/store/$sample"
}

# `nix ping-store` until 2.3, then `nix store ping`, and `nix store info` by now.
ask_store() {
  if is_old; then
    ask_nix "$SHORT" ping-store --store "$mirror"
  else
    ask_nix "$SHORT" store info --store "$mirror" ||
      { grep -q recognised "$tmp/nix.error" && ask_nix "$SHORT" store ping --store "$mirror"; }
  fi
}

is_old() {
  case $nix_version in
    1.* | 2.[0-3] | 2.[0-3].*) return 0 ;;
  esac
  return 1
}

nix_complaint() { sed -n 's/.*error: //p' "$tmp/nix.error" | tail -n 1 | printable; }

# --- what is tried

is_literal() {
  case $1 in
    \[*) return 0 ;;
    *[!0-9.]*) return 1 ;;
  esac
}

behind_proxy() { [ -n "${http_proxy:-}${https_proxy:-}${HTTPS_PROXY:-}${all_proxy:-}${ALL_PROXY:-}" ]; }

# family -4|-6: sets said, and fails when nothing answers there. Whatever comes after the connection counts as an answer.
family() {
  ask "family$1" "$SHORT" "$mirror/nix-cache-info" "$1"
  case $code in
    5 | 6) said=none ;;
    2 | 4 | 7 | 28 | 45 | 143) said=silent ;;
    *) said="answers${address:+ as $address}" && return 0 ;;
  esac
  return 1
}

check_names() {
  name=$(host_of "$mirror" | sed 's/:[0-9]*$//')
  if is_literal "$name"; then
    ok DNS "$name is an address: there is no name to look up"
    return
  fi
  if [ "$has_curl" = no ]; then
    skip DNS 'no curl'
    return
  fi
  if behind_proxy; then
    skip DNS 'a proxy is set in the environment, and looks names up'
    return
  fi
  family -4
  four=$said
  family -6
  six=$said
  case $four/$six in
    none/none) wrong DNS "$name has no address" ;;
    none/silent | silent/none | silent/silent) wrong DNS "$name has addresses, and none answers" ;;
    answers*/answers*) ok DNS "IPv4 $four, IPv6 $six" ;;
    answers*/none) ok DNS "IPv4 $four; the name has no IPv6 address" ;;
    none/answers*) ok DNS "IPv6 $six; the name has no IPv4 address" ;;
    answers*/silent) note DNS "IPv4 $four; IPv6 has an address and does not answer from here" ;;
    *) note DNS "IPv6 $six; IPv4 has an address and does not answer from here" ;;
  esac
}

check_cache_info() {
  if [ "$has_curl" = no ]; then
    skip TLS 'no curl'
    check_cache_info_by_nix
    return
  fi
  ask info "$SHORT" "$mirror/nix-cache-info"
  info_redirects=$redirects info_effective=$effective
  check_tls
  if ! answered; then
    wrong cache-info "$(why)"
    return
  fi
  if ! grep -q '^StoreDir:' "$tmp/info.body"; then
    wrong cache-info 'the answer is no nix-cache-info: something between here and the mirror answers for it, or it is no mirror'
    return
  fi
  reachable=yes
  if [ "$(field info StoreDir)" = /nix/store ]; then
    priority=$(field info Priority | tr -cd 0-9)
    ok cache-info "a binary cache for /nix/store${priority:+, priority $priority}"
  else
    wrong cache-info "a binary cache for another store: $(field info StoreDir | printable)"
  fi
}

check_tls() {
  case $mirror in
    https:*)
      case $code in
        35 | 51 | 60 | 77) wrong TLS "$(why) ($(printable <"$tmp/info.error"))" ;;
        0) ok TLS 'the certificate is good' ;;
        *) skip TLS "$(why)" ;;
      esac
      ;;
    *) note TLS 'the mirror is plain http: signatures keep what you install safe, but others on the way see what it is' ;;
  esac
}

check_cache_info_by_nix() {
  if [ -n "$no_nix" ]; then
    skip cache-info "no curl, and $no_nix"
    return
  fi
  if ask_store; then
    reachable=yes
    ok cache-info 'Nix takes it for a binary cache'
  else
    wrong cache-info "Nix does not take it for a binary cache: $(nix_complaint)"
  fi
}

# Why nothing can be said about the sample; empty when something can.
untried() {
  if [ -z "$sample" ]; then
    echo 'no path known to try'
  elif [ "$reachable" = no ]; then
    echo 'the mirror does not answer'
  fi
}

# The same, once its narinfo was asked for.
unnamed() {
  reason=$(untried)
  if [ -z "$reason" ] && [ "$named" = no ]; then reason='there is no narinfo'; fi
  echo "$reason"
}

check_narinfo() {
  if [ -n "$(untried)" ]; then
    skip narinfo "$(untried)"
    return
  fi
  if [ "$has_curl" = no ]; then
    named=yes # for all we know: Nix will see
    skip narinfo 'no curl'
    return
  fi
  ask narinfo "$SHORT" "$mirror/$hash.narinfo"
  narinfo_redirects=$redirects
  if [ "$code/$status" = 0/404 ] && [ "$own" = no ]; then
    skip narinfo "this mirror has not got $sample"
  elif ! answered; then
    wrong narinfo "of $sample: $(why)"
  elif [ "$(field narinfo StorePath)" != "/nix/store/$sample" ]; then
    wrong narinfo "asked for $sample, it answers for another path: $(field narinfo StorePath | printable)"
  elif [ -z "$(field narinfo URL)" ] || [ -z "$(field narinfo NarHash)" ] || [ -z "$(field narinfo NarSize)" ]; then
    wrong narinfo "of $sample: a line is missing"
  else
    named=yes
    ok narinfo "of $sample"
  fi
}

check_signature() {
  if [ -n "$(unnamed)" ]; then
    skip signature "$(unnamed)"
  elif [ -n "$no_nix" ]; then
    skip signature "$no_nix"
  else
    verify --no-contents
    case $? in
      0) ok signature 'a trusted key signed it' ;;
      2 | 3) wrong signature 'no trusted key signed it: Nix refuses this path' ;;
      143 | 137) wrong signature 'Nix gets no answer in time' ;;
      *) wrong signature "Nix cannot read the narinfo: $(nix_complaint)" ;;
    esac
  fi
}

check_nar() {
  if [ -n "$(unnamed)" ]; then
    skip NAR "$(unnamed)"
  elif [ -n "$no_nix" ]; then
    skip NAR "$no_nix"
  elif [ "$has_curl" = yes ] && [ "$(number narinfo FileSize)" -gt "$MOST" ]; then
    skip NAR 'it is too large to try'
  else
    verify --no-trust
    verified=$?
    if [ "$verified" = 0 ]; then
      ok NAR 'unpacked, it has the hash that the narinfo says'
    elif [ "$verified" = 143 ] || [ "$verified" = 137 ]; then
      wrong NAR 'Nix gets no answer in time'
    elif grep -q 'was modified' "$tmp/nix.error"; then
      wrong NAR 'unpacked, it is not what the narinfo says: its hash is another'
    else
      wrong NAR "Nix cannot unpack it: $(nix_complaint)"
    fi
  fi
}

# Where the NAR of a narinfo lies; fails on what is no plain file of the mirror's. nar_url NAME
nar_url() { field "$1" URL | grep -E -x 'nar/[A-Za-z0-9._+=?-]+'; }

check_download() {
  if [ -n "$(unnamed)" ]; then
    skip download "$(unnamed)"
  elif [ "$has_curl" = no ]; then
    skip download 'no curl'
  elif ! nar=$(nar_url narinfo); then
    skip download 'the NAR lies elsewhere'
  else
    ask nar "$LONG" "$mirror/$nar"
    nar_redirects=$redirects nar_effective=$effective
    if answered; then
      nar_size=$size nar_speed=$speed
      check_length
    elif [ "$code" = 63 ]; then
      skip download 'the NAR is too large to try'
    else
      wrong download "of the NAR: $(why)"
    fi
  fi
}

check_length() {
  promised=$(number narinfo FileSize)
  if [ "$promised" = 0 ] || [ "$promised" = "$nar_size" ]; then
    ok download "$nar_size bytes of NAR at $(rate "$nar_speed")"
  else
    wrong download "$nar_size bytes of NAR came, and the narinfo says $promised"
  fi
}

# Nix resumes a NAR that broke off: the first half, then the rest from there, have to be the whole.
check_resume() {
  if [ "$has_curl" = no ]; then
    skip resume 'no curl'
    return
  fi
  half=$((nar_size / 2))
  if [ "$half" = 0 ]; then
    reason=$(unnamed)
    skip resume "${reason:-there is no NAR}"
    return
  fi
  get_part first "0-$((half - 1))" && get_part rest "$half-" || return 0
  if cat "$tmp/first.body" "$tmp/rest.body" | cmp -s - "$tmp/nar.body"; then
    ok resume 'two parts of the NAR make the whole'
  else
    wrong resume 'two parts of the NAR do not make the whole: a download that is resumed is corrupt'
  fi
}

# get_part NAME RANGE
get_part() {
  ask "$1" "$LONG" "$mirror/$nar" -r "$2"
  case $code/$status in
    0/206) return 0 ;;
    0/200) wrong resume 'asked for a part, it sends the whole: a download that breaks off starts anew' ;;
    *) wrong resume "asked for a part: $(why)" ;;
  esac
  return 1
}

check_redirects() {
  if [ "$has_curl" = no ]; then
    skip redirects 'no curl'
  elif [ "$reachable" = no ]; then
    skip redirects 'the mirror does not answer'
  elif [ "$(downgraded "$info_effective")" = yes ] || [ "$(downgraded "$nar_effective")" = yes ]; then
    wrong redirects 'from https to plain http'
  elif [ "$info_redirects" != 0 ]; then
    note redirects "the mirror redirects everything to $(host_of "$info_effective" | printable): use that address"
  elif [ "$narinfo_redirects" != 0 ]; then
    note redirects 'narinfos are redirected: every lookup takes twice as long'
  elif [ "$nar_redirects" != 0 ]; then
    ok redirects "NARs come from $(host_of "$nar_effective" | printable)"
  else
    ok redirects none
  fi
}

downgraded() {
  case $mirror/$1 in
    https:*/http:*) echo yes ;;
  esac
}

check_upstream() {
  if [ "$has_curl" = no ]; then
    skip upstream 'no curl'
    return
  fi
  ask upstream "$SHORT" "$upstream/nix-cache-info"
  if ! answered; then
    note upstream "upstream not reachable from here: $(why)"
    return
  fi
  upstream_reachable=yes
  upstream_priority=$(field upstream Priority | tr -cd 0-9)
  if [ "$named" = no ]; then
    skip upstream "$(unnamed)"
    return
  fi
  ask original "$SHORT" "$upstream/$hash.narinfo"
  if [ "$code/$status" = 0/404 ]; then
    note upstream 'it has not got this path any more'
  elif ! answered; then
    note upstream "upstream not reachable from here: $(why)"
  elif cmp -s "$tmp/narinfo.body" "$tmp/original.body"; then
    ok upstream 'its narinfo is the same, byte for byte'
    compare_speeds
  elif [ "$(promises narinfo)" = "$(promises original)" ]; then
    note upstream 'its narinfo promises the same path, and has other lines that no signature covers'
    compare_speeds
  else
    wrong upstream 'its narinfo promises something else'
  fi
}

# What a signature covers, and the signatures.
promises() { grep -E '^(StorePath|NarHash|NarSize|References|Sig):' "$tmp/$1.body"; }

compare_speeds() {
  if [ "$nar_size" -lt "$TELLING" ]; then
    skip speed "the NAR is too small to tell (under $((TELLING / 1024)) KiB)"
    return
  fi
  if ! nar=$(nar_url original); then
    skip speed 'the NAR lies elsewhere at upstream'
    return
  fi
  ask sample "$SHORT" "$upstream/$nar" -r "0-$((ENOUGH - 1))"
  case $code/$status in
    0/200 | 0/206 | 28/200 | 28/206)
      ratio=$(awk -v here="$nar_speed" -v there="$speed" 'BEGIN { printf "%.1f", here / (there > 0 ? there : 1) }')
      ok speed "$(rate "$nar_speed") from the mirror, $(rate "$speed") from upstream: $ratio times as fast"
      ;;
    *) note speed "$(rate "$nar_speed") from the mirror; upstream's NAR: $(why)" ;;
  esac
}

# Seconds from some day on, of "15 11 1994 08 12 31"; the month may be a name.
seconds() {
  awk '{
    day = $1; month = $2; year = $3
    if (month !~ /^[0-9]+$/) month = (index("JanFebMarAprMayJunJulAugSepOctNovDec", month) + 2) / 3
    if (month < 3) { month += 12; year -= 1 }
    days = 365 * year + int(year / 4) - int(year / 100) + int(year / 400) + int((153 * month - 457) / 5) + day
    printf "%.0f\n", days * 86400 + $4 * 3600 + $5 * 60 + $6
  }'
}

# By how many seconds the clock of who answered is ahead of ours; empty when it does not say. What a cache on the way kept
# says what time it was, and in Age how long ago that is.
ahead() {
  theirs=$(header "$1" date | grep -E -x '[A-Za-z]+, [0-9]+ [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT' |
    sed -e 's/^[^ ]* //' -e 's/:/ /g' | seconds)
  age=$(header "$1" age | tr -cd 0-9 | cut -c 1-9)
  ours=$(date -u '+%d %m %Y %H %M %S' | seconds)
  [ -z "$theirs" ] || awk -v theirs="$theirs" -v age="${age:-0}" -v ours="$ours" 'BEGIN { printf "%.0f\n", theirs + age - ours }'
}

is_skewed() { [ "$1" -gt "$MOST_SKEW" ] || [ "$1" -lt "-$MOST_SKEW" ]; }

check_clock() {
  skew=''
  if [ "$has_curl" = no ]; then
    skip clock 'no curl'
    return
  fi
  [ -z "$(header info date)" ] || skew=$(ahead info)
  if [ -z "$skew" ]; then
    skip clock 'the mirror does not say what time it is'
  elif is_skewed "$skew"; then
    wrong clock "the mirror's is $(amount "$skew") this machine's; $(whose_clock)"
  else
    ok clock "within $MOST_SKEW s of the mirror's"
  fi
}

amount() { if [ "$1" -lt 0 ]; then echo "$((-$1)) s behind"; else echo "$1 s ahead of"; fi; }

whose_clock() {
  other=''
  [ "$upstream_reachable" = no ] || other=$(ahead upstream)
  if [ -z "$other" ]; then
    echo 'one of the two is wrong'
  elif is_skewed "$other"; then
    echo "upstream's differs too: look at the clock of this machine"
  else
    echo "upstream's agrees with this machine: it is the mirror's that is wrong"
  fi
}

# --- nix.conf

# The settings that are looked at, and no others: all that Nix shows would include access tokens.
settings() {
  {
    bounded "$SHORT" nix --option extra-experimental-features nix-command config show 2>/dev/null ||
      bounded "$SHORT" nix --option extra-experimental-features nix-command show-config 2>/dev/null
  } | grep -E '^(substituters|trusted-substituters|trusted-public-keys|trusted-users|require-sigs) = '
}

# Once with and once without what is this user's own. A Nix that shows none does not start: its nix.conf is at fault.
read_settings() {
  nix_version=$(bounded "$SHORT" nix --version 2>/dev/null | sed 's/.* //')
  settings >"$tmp/user"
  (
    unset NIX_CONFIG
    export NIX_USER_CONF_FILES="$tmp/no-conf"
    settings >"$tmp/system"
  )
  if [ -s "$tmp/user" ]; then no_nix=''; else no_nix='Nix does not start'; fi
}

setting() { sed -n "s/^$2 = //p" "$tmp/$1" | head -n 1; }

# Addresses without what is added to them: a slash, ?priority=…
plain() { printf '%s\n' "$1" | sed -e 's/[?].*//' -e 's,/*$,,'; }

# lists FILE SETTING: whether the mirror is among them. Sets chosen to the priority that is written there.
lists() {
  chosen=''
  for one in $(setting "$1" "$2"); do
    if [ "$(plain "$one")" = "$mirror" ]; then
      chosen=$(printf '%s\n' "$one" | sed -n 's/.*[?&]priority=\([0-9]*\).*/\1/p')
      return 0
    fi
  done
  return 1
}

# Whether the daemon takes this user's word: who uses the store without a daemon needs nobody's.
is_trusted() {
  if [ "$(id -u)" = 0 ] || [ -w "${NIX_STATE_DIR:-/nix/var/nix}/db" ]; then return 0; fi
  for one in $(setting system trusted-users); do
    case $one in
      '*') return 0 ;;
      @*) for group in $(id -Gn); do [ "$one" != "@$group" ] || return 0; done ;;
      *) [ "$one" != "$(id -un)" ] || return 0 ;;
    esac
  done
  return 1
}

check_settings() {
  if [ "$nix_version" = missing ]; then
    skip nix.conf 'no nix'
    return
  fi
  if [ -n "$no_nix" ]; then
    wrong nix.conf 'Nix does not start with it: nix-store --version says why'
    return
  fi
  check_substituters
  check_keys
  check_priority
}

check_substituters() {
  trusted=no
  ! is_trusted || trusted=yes
  if lists user substituters; then
    if [ "$trusted" = yes ] || lists system substituters || lists system trusted-substituters; then
      ok substituters 'the mirror is among them'
    else
      wrong substituters 'the mirror is among yours only, and you are no trusted user: the Nix daemon passes over it'
    fi
  elif lists system trusted-substituters; then
    note substituters "the mirror is not among them, but trusted: --option extra-substituters $mirror works"
  elif [ "$trusted" = yes ]; then
    note substituters "the mirror is not among them, but you are a trusted user: --option extra-substituters $mirror works"
  else
    note substituters "the mirror is not among them, and who runs this machine has to add it: you are no trusted user"
  fi
}

check_keys() {
  heeded=user
  if [ "$trusted" = no ]; then heeded=system; fi
  missing=''
  for key in $keys; do
    case " $(setting $heeded trusted-public-keys) " in
      *" $key "*) ;;
      *) missing="$missing $key" ;;
    esac
  done
  if [ -z "$missing" ]; then
    ok keys "trusted-public-keys has what the mirror's paths are signed with"
  else
    wrong keys "trusted-public-keys lacks$missing"
  fi
  if [ "$(setting $heeded require-sigs)" = false ]; then
    note keys 'require-sigs is false: whoever answers in place of a cache can give you anything'
  fi
}

check_priority() {
  if lists user substituters && [ -n "$chosen" ]; then priority=$chosen; fi
  if [ -z "$priority" ]; then
    skip priority "the mirror's is not known"
  elif [ -z "$upstream_priority" ]; then
    skip priority "upstream's is not known"
  elif [ "$priority" -lt "$upstream_priority" ]; then
    ok priority "$priority: Nix asks the mirror before upstream ($upstream_priority)"
  elif [ "$priority" -gt "$upstream_priority" ]; then
    ok priority "$priority: Nix asks upstream ($upstream_priority) before the mirror; $mirror?priority=30 would turn that round"
  else
    ok priority "$priority, as upstream: Nix asks in the order of substituters"
  fi
}

# --- all of it

read_arguments() {
  own=yes
  given=''
  for argument in "$@"; do
    case $argument in
      --help | -h) usage && exit 0 ;;
      --) ;;
      -*) complain "unknown option: $(printf '%s' "$argument" | printable)" ;;
      *)
        [ -z "$given" ] || complain 'one mirror at a time'
        given=$argument
        own=no
        ;;
    esac
  done
  if [ "$own" = no ]; then mirror=$given; fi
  is_address "$mirror" || complain 'the mirror has to be an address such as https://cache.example.org'
  is_address "$upstream" || upstream=https://cache.nixos.org
  mirror=${mirror%/}
  upstream=${upstream%/}
}

is_address() {
  case $1 in
    *"$NEWLINE"*) return 1 ;;
  esac
  printf '%s\n' "$1" | grep -q -E -x "$ADDRESS"
}

complain() {
  printf 'diagnose-cache: %s\n\n' "$1" >&2
  usage >&2
  exit 2
}

main() {
  read_arguments "$@"
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' HUP TERM
  tmp=$(mktemp -d "${TMPDIR:-/tmp}/diagnose-cache.XXXXXX") || exit 1
  has_curl=no no_nix='no nix' curl_version=missing nix_version=missing
  if have curl; then
    has_curl=yes
    curl_version=$(curl -q --version 2>/dev/null | sed -n '1s/^curl \([^ ]*\).*/\1/p')
  fi
  if have nix; then
    read_settings
  fi
  hash=${sample%%-*}
  reachable=no upstream_reachable=no named=no priority='' upstream_priority=''
  info_redirects=0 narinfo_redirects=0 nar_redirects=0 info_effective='' nar_effective='' nar_size=0 nar_speed=0

  echo "diagnose-cache of $mirror"
  echo "from here: $(uname -sm), nix $nix_version, curl $curl_version"
  echo
  check_names
  check_cache_info
  check_narinfo
  check_signature
  check_nar
  check_download
  check_resume
  check_redirects
  check_upstream
  check_clock
  check_settings
  echo
  if [ "$wrongs" = 0 ]; then
    echo "All is well ($notes notes, $skips skipped)."
  else
    echo "$wrongs wrong ($notes notes, $skips skipped)."
    exit 1
  fi
}

main "$@" </dev/null
