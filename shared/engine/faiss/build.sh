#!/usr/bin/env bash
# Builds faiss.wasm beside this script, from Faiss's own source and our API around it. See README.md beside it.
# Environment: FAISS_SOURCE  a folder with the source, instead of a download
#              FAISS_JOBS    compilers at a time (default: as many as there are cores)
set -euo pipefail
chosen_source=${FAISS_SOURCE:+$(cd "$FAISS_SOURCE" && pwd)} # relative to where this was called
cd "$(dirname "${BASH_SOURCE[0]}")"
export LC_ALL=C # the order of files is part of the bytes

version=1.7.3
debian_version=1.7.3-2
upstream=https://github.com/facebookresearch/faiss/archive/refs/tags/v$version.tar.gz
# Of the sources and headers, not of an archive: wherever they come from, they are the same. See `digest_of`.
source_digest=2e38c0499e4d211c1a94996e4122acd3d839aae1dee574e0de1cb26d1263fcc8

fast_sources=(
  Clustering Index IndexFlat IndexFlatCodes IndexHNSW IndexIVF IndexIVFFlat IndexScalarQuantizer
  impl/FaissException impl/HNSW impl/IDSelector impl/ProductQuantizer
  invlists/InvertedLists
  utils/Heap utils/distances utils/distances_simd utils/random utils/utils
)
# Nothing here is slower for being small, and the module is a fifth smaller for it.
small_sources=(
  Index2Layer IndexIVFPQ IndexPQ IndexRefine VectorTransform
  impl/AuxIndexStructures impl/PolysemousTraining
  invlists/DirectMap
  utils/extra_distances utils/hamming utils/partitioning utils/quantize_lut
)
own_sources=(api blas factory file search)

flags=(-DNDEBUG -msimd128 -msse4.2 -fwasm-exceptions)
compile_flags=(-std=c++17 -DFINTEGER=int -include "$PWD/include/assertions.h" -I "$PWD/include" -I .) # . is the source
# For ScalarQuantizer.cpp: a sum in any order can be SIMD. The codes that it makes stay the same to the bit.
scalar_flags='-O3 -fassociative-math -fno-signed-zeros -fno-trapping-math -include codes.h'
scalar_line='return (code[i] + 0.5f) / 255.0f;'
scalar_line_here='return (byteToFloat(code[i]) + 0.5f) / 255.0f;'
# A reactor without JavaScript of Emscripten's: faissIndex.ts imports and exports what it needs, under any policy.
link_flags=(
  -O3 -sSTANDALONE_WASM --no-entry -sALLOW_MEMORY_GROWTH=1
  -sERROR_ON_UNDEFINED_SYMBOLS=0 -sWARN_ON_UNDEFINED_SYMBOLS=0 # host.pull and host.push; check_imports looks at the rest
)
imports='env.emscripten_notify_memory_growth host.pull host.push wasi_snapshot_preview1.*'

say() { printf 'faiss: %s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

sha256() { if have sha256sum; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

may_install() { [[ $EUID -eq 0 ]] && have apt-get; }

install_emscripten() {
  have em++ && return
  may_install || fail 'em++ is not here. Install Emscripten ("emscripten" in Debian and Ubuntu) and run this again.'
  say 'installing emscripten'
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update || true # an old list may still do
  apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends emscripten >/dev/null ||
    fail 'emscripten could not be installed: see above.'
}

# The source package of Debian, from wherever this machine's apt gets its packages, with lists of our own.
download_from_debian() {
  have apt-get || return 1
  local lists=$1/apt
  mkdir -p "$lists"/{parts,lists/partial}
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
    [[ ! -f $file ]] || sed -E 's/^deb /deb-src /; s/^Types:.*/Types: deb-src/' "$file" >"$lists/parts/$(basename "$file")"
  done
  local options=(
    -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$lists/parts"
    -o Dir::State::Lists="$lists/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
  )
  apt-get "${options[@]}" update || true # a list of another publisher may lack sources
  (cd "$1" && apt-get "${options[@]}" source --download-only "faiss=$debian_version") || return 1
  mv "$1"/faiss_*.orig.tar.* "$1/faiss.tar.gz"
}

download_from_upstream() {
  have curl && curl -fsSL --connect-timeout 10 --retry 2 -o "$1/faiss.tar.gz" "$upstream"
}

digest_of() {
  (cd "$1" && find LICENSE faiss -type f \( -name '*.h' -o -name '*.cpp' -o -name LICENSE \) \
    ! -path 'faiss/gpu/*' ! -path 'faiss/python/*' | sort | while read -r file; do sha256 "$file"; done | sha256 | cut -d' ' -f1)
}

# Prints the folder of the source, checked.
get_source() {
  local work=$1 folder=$chosen_source
  if [[ -z $folder ]]; then
    folder=$work/source
    mkdir -p "$folder"
    { download_from_debian "$work" || download_from_upstream "$work"; } >"$work/download.log" 2>&1 ||
      { cat "$work/download.log" >&2 && fail "The source of Faiss $version could be had neither from Debian nor from upstream. Unpack it and name the folder: FAISS_SOURCE=…"; }
    tar -xzf "$work/faiss.tar.gz" -C "$folder" --strip-components=1
  fi
  [[ -f $folder/LICENSE && -d $folder/faiss ]] || fail "There is no source of Faiss in $folder."
  local digest
  digest=$(digest_of "$folder")
  [[ $digest == "$source_digest" ]] ||
    fail "The source in $folder is not Faiss $version as it was released: its digest is $digest, not $source_digest."
  printf '%s' "$folder"
}

# What a compiler is asked for: the object, the source, and the flags of its kind.
tasks() {
  local flags=$1 folder=$2 name
  shift 2
  for name in "$@"; do printf '%s\0' "$work/objects/${name//\//_}.o" "$folder/$name.cpp" "$flags"; done
}

compile() {
  local work=$1 source=$2
  mkdir "$work/objects"
  printf '%s' "$scalar_flags" >"$work/scalar-flags"
  awk -v from="$scalar_line" -v to="$scalar_line_here" '
    (at = index($0, from)) { $0 = substr($0, 1, at - 1) to; found++ } { print } END { exit found != 1 }
  ' "$source/faiss/impl/ScalarQuantizer.cpp" >"$work/ScalarQuantizer.cpp"
  # From the source's folder and under relative names: nothing of where it lies gets into the bytes. The warnings are Faiss's own.
  {
    tasks "@$work/scalar-flags" "$work" ScalarQuantizer
    tasks -Os faiss "${small_sources[@]}"
    tasks -O3 faiss "${fast_sources[@]}"
    tasks -O3 "$PWD" "${own_sources[@]}"
  } | (cd "$source" && xargs -0 -n 3 -P "${FAISS_JOBS:-$(getconf _NPROCESSORS_ONLN)}" em++ "${flags[@]}" "${compile_flags[@]}" -w -c -o)
  em++ "${flags[@]}" "${link_flags[@]}" -o "$work/faiss.wasm" "$work"/objects/*.o
}

# What no source defines would become an import, and fail only when it is called.
check_imports() {
  node -e '
    const allowed = process.argv[2].split(" ");
    const module = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
    const names = WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`);
    const wrong = names.filter((name) => !allowed.some((one) => (one.endsWith("*") ? name.startsWith(one.slice(0, -1)) : name === one)));
    if (wrong.length > 0) throw new Error(`The build has no ${wrong.join(", ")}`);
  ' "$1" "$imports"
}

build() {
  local work source
  work=$(mktemp -d)
  trap "rm -rf '$work'" EXIT
  source=$(get_source "$work")
  say "compiling Faiss $version: a minute or two"
  compile "$work" "$source"
  check_imports "$work/faiss.wasm"
  mkdir -p "$cached"
  put "$work/faiss.wasm" "$cached/faiss.wasm"
}

# Whole or not at all, whoever else builds at the same time.
put() {
  install -m 644 "$1" "$2.$$"
  mv "$2.$$" "$2"
}

install_emscripten
key=$({ em++ --version && cat build.sh ./*.cpp ./*.h include/*.h; } | sha256 | cut -d' ' -f1)
cached=../../../.cache/faiss/$key
if [[ ! -f $cached/faiss.wasm ]]; then build; fi
put "$cached/faiss.wasm" faiss.wasm
say "faiss.wasm, $(wc -c <faiss.wasm | tr -d ' ') bytes"
