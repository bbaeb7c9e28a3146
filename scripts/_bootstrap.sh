# Shared by scripts/run and scripts/test: system packages and .venv. Sourced by bash, never run by itself.
# shellcheck shell=bash

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

# The newest Python that really starts (a pyenv shim may exist for a version that does not).
find_python() {
  local name
  for name in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3 /usr/bin/python3; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  return 1
}

has_cjk_font() {
  if command -v fc-list >/dev/null; then [ -n "$(fc-list :lang=zh family 2>/dev/null | head -n 1)" ]; else false; fi
}

has_chromium() {
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

postgis_package() {
  local found
  found=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' 2>/dev/null | cut -d' ' -f1 | sort -V | tail -n 1)
  # Without package lists apt itself resolves the pattern, after its update.
  echo "${found:-^postgresql-[0-9]+-postgis-3\$}"
}

# Print the packages that are missing, one a line. $1: "run" or "test".
missing_packages() {
  local python
  if python=$(find_python); then
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
      "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
    "$python" -m scripts.cluster find >/dev/null 2>&1 || needs_server || postgis_package
  else
    # Ubuntu 22.04 has 3.10 as python3 and 3.11 beside it.
    if apt-cache policy python3 2>/dev/null | grep -q 'Candidate: 3\.\(9\|10\)[.-]'; then
      printf '%s\n' python3.11 python3.11-venv
    else
      printf '%s\n' python3 python3-venv
    fi
    needs_server || postgis_package
  fi
  if [ "$1" = test ]; then
    has_chromium || echo chromium
    has_cjk_font || printf '%s\n' fontconfig fonts-noto-cjk
  fi
}

# With DATABASE_URL `scripts/run` needs no server of its own; the tests always do.
needs_server() { [ "${purpose:-test}" = run ] && [ -n "${DATABASE_URL:-}" ]; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# Debian's package makes and starts a cluster of its own on port 5432; nobody asked for that one here.
# The setting is withdrawn afterwards, so that a later installation by the owner behaves as usual.
without_main_cluster() {
  local dir=/etc/postgresql-common/createcluster.d file=/etc/postgresql-common/createcluster.d/tenmin.conf status=0
  as_root mkdir -p "$dir"
  as_root sh -c 'echo "create_main_cluster = false" > "$1"' sh "$file"
  "$@" || status=$?
  as_root rm -f "$file"
  return "$status"
}

install_packages() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    without_main_cluster as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "$@" >&2
}

ensure_packages() {
  local purpose=$1 missing line
  mapfile -t missing < <(missing_packages "$1")
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    die "Needed but not found: ${missing[*]} (names of Debian packages). Install them with your system's tools, or set TENMIN_PG_BINDIR."
  line="sudo apt-get update && sudo apt-get install -y $(printf "%q " "${missing[@]}")"
  if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then
    say "Installing ${missing[*]} ..."
    # Package lists may be empty before the update, so the name is looked up again after a failure.
    install_packages "${missing[@]}" || die "Installing failed; try: ${line% }"
    mapfile -t missing < <(missing_packages "$1")
    [ "${#missing[@]}" -eq 0 ] || die "Installed, but still not usable: ${missing[*]}"
  else
    die "Some system packages are missing. Run: ${line% }"
  fi
}

digest() { sha256sum "$1" | cut -d' ' -f1; }

# A stamp in .venv is the digest of the lock file that was installed completely.
venv_is_ready() {
  [ "$(cat ".venv/.stamp-$1" 2>/dev/null)" = "$(digest "$2")" ] && .venv/bin/python -c 'import sqlalchemy' 2>/dev/null
}

build_venv() {
  local python=$1 purpose=$2 lock=$3
  rm -f .venv/.stamp-*
  # What an interrupted installation left cannot be trusted, nor can a .venv whose Python is gone.
  if [ -e .venv/.unfinished ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    mkdir -p .venv && touch .venv/.unfinished
    "$python" -m venv --clear .venv || die "Could not make .venv with $python"
  fi
  touch .venv/.unfinished
  say "Installing $(grep -c '==' "$lock") Python packages into .venv (a minute or two, once) ..."
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --only-binary=:all: \
    --require-hashes -r "$lock" || die "pip could not install $lock; see above. Running the command again is safe."
  # The test lock contains the run lock (a test says so), so it earns both stamps.
  digest requirements.lock > .venv/.stamp-run
  if [ "$purpose" = test ]; then digest "$lock" > .venv/.stamp-test; fi
  rm -f .venv/.unfinished
}

# $1: "run" or "test"; $2: the lock file.
ensure_venv() {
  venv_is_ready "$1" "$2" && return
  mkdir -p var 2>/dev/null && [ -w var ] && [ -w . ] || die "Cannot write to $PWD: run as its owner."
  local python
  python=$(find_python) || die "Python 3.11 or newer was not found."
  (
    flock 9
    # Somebody else may have built it while we waited.
    venv_is_ready "$1" "$2" || build_venv "$python" "$1" "$2"
  ) 9> var/venv.lock
}
