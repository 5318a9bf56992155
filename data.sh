#!/usr/bin/env bash
# Downloads a MovieLens archive, checks it, and unpacks it into data/<name>. See ./data.sh --help.
# Runs on bash 3.2 too (macOS), so without associative arrays and mapfile.
set -euo pipefail

default_name=ml-latest-small
default_base=https://files.grouplens.org/datasets/movielens
connect_seconds=10
stall_seconds=30

# Sizes and md5 as published by GroupLens; sha256 as agreed on by those who noted it. "-" where unknown.
datasets() {
  if [[ -n ${FRAMERATE_DATASETS:-} ]]; then
    grep -v '^#' "$FRAMERATE_DATASETS"
    return
  fi
  grep -v '^#' <<'TABLE'
# name          folder          zip bytes md5                              sha256                                                           ratings  users  films
ml-latest-small ml-latest-small    978202 31a303aabbc519bd33d025e44d6c2570 696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436   100836    610  9742
ml-100k         ml-100k           4924029 0e33842e24a9c977be4e0107933c0723 -                                                                  100000    943  1682
ml-1m           ml-1m             5917549 c4d9eecfca2ab87c1945afe126590906 a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20  1000209   6040  3883
ml-10m          ml-10M100K       65566137 ce571fd55effeba0271552578f2648bd -                                                                10000054  69878 10681
ml-20m          ml-20m          198702078 cd245b17a1ae2cc31bb14903e1204af3 96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3 20000263 138493 27278
ml-25m          ml-25m          261978986 6b51fb2759a8657d3bfcbfc42b592ada 8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa 25000095 162541 62423
ml-32m          ml-32m          238950008 d472be332d4daa821edc399621853b57 e4a68655d7386b8f95f2f2424b2ff975dfdd15ffd59e0d864a14dca43e99d6ee 32000204 200948 87585
TABLE
}

help() {
  cat <<HELP
Usage: ./data.sh [name] [--dir DIR] [--base URL]
       ./data.sh --list

Downloads a MovieLens data set, checks its size, md5 and (where known) sha256, unpacks it, and shows its licence.
A download that was cut goes on where it stopped. Nothing is downloaded for what is there and complete.

  name        one of: $(names)
              (default: $default_name)
  --dir DIR   where it goes: DIR/<name> (default: data/ beside this script)
              A DIR/<name>.zip that you put there yourself is checked and used.
  --base URL  where <name>.zip is: http(s):// or file:// (default: $default_base)
  --list      the data sets, with their sizes
  --help      this

For mirrors and tests, the environment may set
  FRAMERATE_DATA_BASE  instead of --base
  FRAMERATE_DATASETS   a file to read instead of the built-in table of data sets. A line each, columns between
                       tabs or spaces: name, folder in the zip, bytes of the zip, md5, sha256, ratings, users,
                       films; "-" where unknown, except for the first three.

FrameRate needs none of it to start: \`npm start\` brings a small sample of its own.
HELP
}

names() { datasets | awk 'NF { printf "%s%s", separator, $1; separator = " " }'; }

list() {
  datasets | awk '
    function grouped(n,  text) {
      if (n !~ /^[0-9]+$/) return n
      for (; length(n) > 3; n = substr(n, 1, length(n) - 3)) text = "," substr(n, length(n) - 2) text
      return n text
    }
    BEGIN { printf "%-16s %11s %12s %9s %8s\n", "name", "zip", "ratings", "users", "films" }
    NF { printf "%-16s %8.1f MB %12s %9s %8s\n", $1, $3 / 1e6, grouped($6), grouped($7), grouped($8) }'
}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

size_of() {
  local bytes=0
  [[ ! -f $1 ]] || bytes=$(wc -c <"$1")
  printf '%d' "$bytes"
}

megabytes() {
  local tenths=$((($1 + 50000) / 100000))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# digest md5|sha256 FILE
digest() {
  if have "${1}sum"; then "${1}sum" "$2"; else openssl dgst -r "-$1" "$2"; fi | cut -d ' ' -f 1
}

# Says on stdout what is wrong with a zip; nothing if all is as the table says.
check_zip() {
  local found algorithm expected
  found=$(size_of "$1")
  if [[ $found -ne $zip_bytes ]]; then
    printf 'expected %d bytes, found %d bytes' "$zip_bytes" "$found"
    return
  fi
  for algorithm in md5 sha256; do
    if [[ $algorithm == md5 ]]; then expected=$md5; else expected=$sha256; fi
    [[ $expected != - ]] || continue
    found=$(digest "$algorithm" "$1")
    if [[ $found != "$expected" ]]; then
      printf 'expected %s %s, found %s %s' "$algorithm" "$expected" "$algorithm" "$found"
      return
    fi
  done
}

# What we unpacked, whole and unchanged: the digest of its zip is the expected one, and every file has its size.
is_complete() {
  local bytes file
  [[ -f $target/.complete ]] || return 1
  {
    read -r file && [[ $file == "$identity" ]] || return 1
    while read -r bytes file; do
      [[ $(size_of "$target/$file") -eq $bytes ]] || return 1
    done
  } <"$target/.complete"
}

transfer_pid=
transcript=
staging=

clean_up() {
  [[ -z $transcript ]] || rm -f "$transcript"
  [[ -z $staging ]] || rm -rf "$staging"
}

interrupted() {
  trap '' INT TERM HUP
  if [[ -n $transfer_pid ]]; then
    kill "$transfer_pid" 2>/dev/null || true
    wait "$transfer_pid" 2>/dev/null || true
  fi
  if [[ -f $part ]]; then
    printf '\nInterrupted: %s of %s MB are kept in %s; the same command goes on from there.\n' \
      "$(megabytes "$(size_of "$part")")" "$(megabytes "$zip_bytes")" "$part" >&2
  elif [[ -f $zip ]]; then
    printf '\nInterrupted: %s is kept; the same command unpacks it.\n' "$zip" >&2
  else
    printf '\nInterrupted.\n' >&2
  fi
  exit 130
}

# Appends to $part what is missing of it. If that fails, sets $reason and $http_status (0: nobody answered).
transfer() {
  local status=0
  http_status=0
  if [[ $url == file://* ]]; then
    reason='there is no such file'
    cp "${url#file://}" "$part" 2>/dev/null
    return
  fi

  # In the background, so that Ctrl-C reaches us at once, and with our own progress, the same for both programs.
  if have curl; then
    LC_ALL=C curl --silent --show-error --fail --location --connect-timeout "$connect_seconds" \
      --speed-limit 1 --speed-time "$stall_seconds" --continue-at - \
      --output "$part" --write-out 'HTTP/ %{http_code}\n' "$url" >"$transcript" 2>&1 &
  else
    LC_ALL=C wget --no-verbose --server-response --tries=1 --dns-timeout="$connect_seconds" \
      --connect-timeout="$connect_seconds" --read-timeout="$stall_seconds" --continue \
      --output-document="$part" "$url" >"$transcript" 2>&1 &
  fi
  transfer_pid=$!
  while [[ -t 2 ]] && kill -0 "$transfer_pid" 2>/dev/null; do
    printf '\r  %s of %s MB ' "$(megabytes "$(size_of "$part")")" "$(megabytes "$zip_bytes")" >&2
    sleep 0.2
  done
  wait "$transfer_pid" || status=$?
  transfer_pid=
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
  [[ $status -ne 0 ]] || return 0

  http_status=$(awk '$1 ~ /^HTTP\// { status = $2 } END { print status + 0 }' "$transcript")
  if [[ $http_status -ge 400 ]]; then
    reason="the server answered HTTP $http_status"
  else
    case $(<"$transcript") in
      *[Cc]ould\ not\ resolve* | *'unable to resolve'*) reason='its host name could not be resolved' ;;
      *'timed out'* | *'Timeout was reached'* | *'too slow'*) reason='no answer came in time' ;;
      *refused* | *'Failed to connect'* | *unreachable*) reason='no connection could be made' ;;
      *certificate*) reason='its certificate could not be verified (the digests are checked in any case, so --base http://… may do)' ;;
      *) reason='the connection broke' ;;
    esac
  fi
  return 1
}

# Tries again where there was an answer once. Where there never was, the network is closed: that is said at once.
download() {
  local before answered='' failures=0 kept=''
  have curl || have wget || fail 'Neither curl nor wget is here: install one of them (Debian: apt-get install curl).'
  transcript=$(mktemp)
  [[ $(size_of "$part") -le $zip_bytes ]] || rm -f "$part"
  before=$(size_of "$part")
  if [[ $before -gt 0 ]]; then
    printf 'Going on with %s at %s of %s MB, from %s\n' "$name" "$(megabytes "$before")" "$(megabytes "$zip_bytes")" "$base"
  else
    printf 'Downloading %s (%s MB) from %s\n' "$name" "$(megabytes "$zip_bytes")" "$base"
  fi

  while [[ $before -lt $zip_bytes ]]; do
    ! transfer || return 0
    [[ $http_status -lt 400 || $http_status -ge 500 ]] || break
    [[ $http_status -eq 0 ]] || answered=1
    # All of it as the answer to a part of it: this server cannot resume.
    if [[ $before -gt 0 && $http_status -eq 200 ]]; then rm -f "$part"; fi
    if [[ $(size_of "$part") -gt $before ]]; then failures=0; fi
    failures=$((failures + 1))
    if [[ -z $answered || $failures -eq 3 ]]; then break; fi
    before=$(size_of "$part")
    sleep "$failures"
  done
  [[ $before -lt $zip_bytes ]] || return 0

  if [[ $(size_of "$part") -gt 0 ]]; then
    kept=" (what has arrived is kept in $part: the same command goes on from there)"
  else
    rm -f "$part"
  fi
  fail "$name could not be downloaded from $base: $reason$kept; \`npm start\` works without any download, on the sample that comes with FrameRate, and \`--data PATH\` takes ratings you already have."
}

unpack_zip() {
  if have unzip; then
    unzip -q "$1" -d "$2" || [[ $? -eq 1 ]] # 1: warnings only
  elif have python3; then
    python3 -m zipfile -e "$1" "$2"
  elif have bsdtar; then
    bsdtar -xf "$1" -C "$2"
  else
    fail "$1 is here and sound, but nothing to unpack it: install unzip (Debian: apt-get install unzip) and run this again."
  fi
}

# Unpacks beside the target, then renames: data/<name> is whole or not there.
unpack() {
  local aside
  staging=$(mktemp -d "$dir/.$name.XXXXXX")
  unpack_zip "$zip" "$staging" || fail "$zip could not be unpacked; it is kept."
  [[ -d $staging/$folder ]] || fail "$zip has no folder $folder; it is kept."
  {
    printf '%s\n' "$identity"
    (cd "$staging/$folder" && find . -type f -exec wc -c {} \;)
  } >"$staging/.complete"
  mv "$staging/.complete" "$staging/$folder/.complete"
  if [[ -e $target ]]; then
    aside="$target.$(date +%Y%m%d-%H%M%S)"
    printf 'What was in %s is not what this zip holds; it is now %s\n' "$target" "$aside"
    mv "$target" "$aside"
  fi
  mv "$staging/$folder" "$target"
  rm -f "$zip"
}

# HTML as text whose headings are underlined; other text as it is.
as_text() {
  if [[ $1 == *.html ]]; then
    sed -e 's/<\/[hH][1-6]>/\
===/g' -e 's/<[^>]*>//g' -e 's/&quot;/"/g' -e 's/&amp;/\&/g' "$1"
  else
    cat "$1"
  fi
}

# The README's part on usage: from its underlined heading to the next one.
show_licence() {
  local readme
  readme=$(find "$target" -maxdepth 1 -iname 'readme*' | sort | head -n 1)
  if [[ -z $readme ]]; then
    printf 'There is no README in it: its licence is at https://grouplens.org/datasets/movielens/\n'
    return
  fi
  printf 'Its licence, from %s:\n' "$readme"
  as_text "$readme" | awk '
    function show(line) {
      if (line ~ /^[ \t]*$/) { gap = 1; return }
      if (gap) print ""
      gap = 0
      print "  " line
    }
    { sub(/\r$/, "") }
    /^(===+|---+)$/ { inside = tolower(previous) ~ /licen[sc]e/; gap = 1; previous = ""; next }
    inside { show(previous) }
    { previous = $0 }
    END { if (inside) show(previous) }'
  printf '\nThe whole of it: %s\nWhat is made from these ratings, a model too, comes under it.\n' "$readme"
}

name=''
dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/data
base=${FRAMERATE_DATA_BASE:-$default_base}
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help)
      help
      exit
      ;;
    --list)
      list
      exit
      ;;
    --dir | --base)
      [[ $# -ge 2 ]] || {
        printf '%s wants a value.\n' "$1" >&2
        exit 2
      }
      if [[ $1 == --dir ]]; then dir=$2; else base=$2; fi
      shift
      ;;
    --dir=*) dir=${1#*=} ;;
    --base=*) base=${1#*=} ;;
    -*)
      printf 'There is no option %s: see ./data.sh --help\n' "$1" >&2
      exit 2
      ;;
    *)
      [[ -z $name ]] || {
        printf 'One data set at a time, please: %s or %s?\n' "$name" "$1" >&2
        exit 2
      }
      name=$1
      ;;
  esac
  shift
done
name=${name:-$default_name}
base=${base%/}
dir=${dir%/}

row=$(datasets | awk -v name="$name" '$1 == name')
if [[ -z $row ]]; then
  printf 'There is no data set "%s". There are: %s\n' "$name" "$(names)" >&2
  exit 2
fi
read -r _ folder zip_bytes md5 sha256 ratings _ <<<"$row"
url=$base/$name.zip
zip=$dir/$name.zip
part=$zip.part
target=$dir/$name
identity="md5 $md5 sha256 $sha256"

if is_complete; then
  printf '%s is already there, and complete: %s\n' "$name" "$target"
  exit
fi

trap clean_up EXIT
trap interrupted INT TERM HUP
mkdir -p "$dir"

if [[ -f $zip ]]; then
  problem=$(check_zip "$zip")
  [[ -z $problem ]] || fail "$zip is not the archive that was published: $problem. Delete it to download it again."
else
  download
  problem=$(check_zip "$part")
  if [[ -n $problem ]]; then
    rm -f "$part"
    fail "$url is not the archive that was published: $problem. Nothing of it was kept."
  fi
  mv "$part" "$zip"
fi
unpack
show_licence
printf '\nReady: %s ratings in %s\n' "$ratings" "$target"
