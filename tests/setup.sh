#!/usr/bin/env bash
# Installs what the tests need, where it may; `npm test` runs it first. What cannot be had is said in one sentence,
# and its tests are skipped, unless FRAMERATE_REQUIRE_ALL is set: then that is a failure.
# tests/support/tools.ts finds what this installs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python_packages=('faiss-cpu>=1.8,<2' 'numpy>=1.26,<3' 'onnx>=1.16,<2' 'schemathesis>=4,<5')
venv=.cache/venv
# By itself: it brings half a hundred packages.
mlflow_packages=('mlflow[auth]>=3.5,<4')
mlflow_venv=.cache/mlflow
log=.cache/setup.log
missing=0
tried=0 # whether anything was, which the log then tells

say() { printf 'setup: %s\n' "$*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

have_chromium() {
  if [[ -n ${FRAMERATE_CHROMIUM:-} ]]; then [[ -x $FRAMERATE_CHROMIUM ]]; else
    have chromium || have chromium-browser || have google-chrome
  fi
}

have_firefox() {
  if [[ -n ${FRAMERATE_FIREFOX:-} ]]; then [[ -x $FRAMERATE_FIREFOX ]]; else have firefox-esr || have firefox; fi
}

have_webkit() { have WebKitWebDriver && have Xvfb; }

# The stamp instead of an import, which takes longer than all the rest.
have_faiss() {
  [[ -n ${FRAMERATE_PYTHON:-} ]] || {
    [[ -x $venv/bin/python && -f $venv/framerate-packages && $(<"$venv/framerate-packages") == "${python_packages[*]}" ]]
  }
}

have_mlflow() {
  [[ -n ${FRAMERATE_MLFLOW:-} ]] || {
    [[ -x $mlflow_venv/bin/mlflow && -f $mlflow_venv/framerate-packages && $(<"$mlflow_venv/framerate-packages") == "${mlflow_packages[*]}" ]]
  }
}

# A Python that can make environments; Debian's python3 cannot without python3-venv.
find_python() {
  local candidate
  for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
      printf '%s' "$candidate"
      return
    fi
  done
  return 1
}

may_install() { [[ $EUID -eq 0 ]] && have apt-get; }

# Waits for whoever else is installing: apt's own timeout covers dpkg's lock, not those of its lists and archives.
apt() {
  local attempt output
  for attempt in {1..60}; do
    if output=$(DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y \
      -o DPkg::Lock::Timeout=300 -o Acquire::Retries=1 "$@" 2>&1 </dev/null); then
      printf '%s\n' "$output" >>"$log"
      return
    fi
    printf '%s\n' "$output" >>"$log"
    [[ $output == *'Could not get lock'* || $output == *'Unable to lock'* ]] || return 1
    [[ $attempt -gt 1 ]] || say 'waiting for another apt-get'
    sleep 5
  done
  return 1
}

updated=0
apt_install() {
  may_install || return 1
  tried=1
  say "installing $*"
  if [[ $updated -eq 0 ]]; then
    apt update || true # an old list may still do
    updated=1
  fi
  apt install --no-install-recommends "$@"
}

# What, and what comes of its absence.
give_up() {
  local why="could not be installed (see $log)"
  [[ $tried -eq 1 ]] || why='cannot be installed without root and apt-get'
  say "$1 is not here and $why: $2"
  missing=1
}

# Into an environment (1) that works when a module (2) can be imported, packages (3 …).
pip_install() {
  local folder=$1 module=$2 python
  shift 2
  python=$(find_python) || { apt_install python3 python3-venv && python=$(find_python); } || return 1
  tried=1
  say "installing $* into $folder"
  rm -f "$folder/framerate-packages"
  {
    { [[ -x $folder/bin/pip ]] || "$python" -m venv --clear "$folder"; } &&
      "$folder/bin/python" -m pip install --disable-pip-version-check --retries 2 "$@" &&
      "$folder/bin/python" -c "import $module"
  } >>"$log" 2>&1 </dev/null || return 1
  printf '%s' "$*" >"$folder/framerate-packages"
}

# What data.sh works with; where no test may be skipped, also what it falls back to.
tools=(curl unzip)
[[ -z ${FRAMERATE_REQUIRE_ALL:-} ]] || tools+=(wget bsdtar)

have_tools() {
  local tool
  for tool in "${tools[@]}"; do have "$tool" || return 1; done
}

if have_chromium && have_firefox && have_webkit && have_faiss && have_mlflow && have_tools; then exit 0; fi

mkdir -p .cache
if have flock; then # two runs at once must not build one environment
  exec 9>.cache/setup.lock
  flock 9
fi
: >"$log"

have_chromium || apt_install chromium fonts-liberation || true
have_chromium || give_up Chromium 'end-to-end tests will be skipped'

have_firefox || apt_install firefox-esr fonts-liberation || true
have_firefox || give_up Firefox 'what the tests ask of it will be skipped'

have_webkit || apt_install webkit2gtk-driver xvfb fonts-liberation || true
have_webkit || give_up 'WebKitGTK with its driver' 'the main path will not be tried in it'

for tool in "${tools[@]}"; do
  package=$tool
  [[ $tool != bsdtar ]] || package=libarchive-tools
  have "$tool" || apt_install "$package" || true
  have "$tool" || give_up "$tool" 'the tests of data.sh with it will be skipped'
done

have_faiss || pip_install "$venv" faiss "${python_packages[@]}" || give_up 'Python with its packages' 'comparisons with native Faiss, and questions made up by Schemathesis, will be skipped'

have_mlflow || pip_install "$mlflow_venv" mlflow "${mlflow_packages[@]}" || give_up MLflow 'what the tests ask of a real server of it will be skipped'

if [[ $missing -eq 1 && -n ${FRAMERATE_REQUIRE_ALL:-} ]]; then
  say 'FRAMERATE_REQUIRE_ALL is set, and not all is here'
  exit 1
fi
