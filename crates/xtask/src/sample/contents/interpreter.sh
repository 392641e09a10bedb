#!/bin/sh
# Stand-in for Python from the pyiron-lock sample channel; installed for @PREFIX@.
#
# Hands over to the first real python3 on PATH, which then imports from the prefix this file stands in and from
# the standard library, and from nowhere else.

mark='# Stand-in for Python from the pyiron-lock sample channel;'

fail() {
    printf '%s: %s\n' "$0" "$1" >&2
    exit 127
}

# A wrapper of python3 may search PATH in its turn and come back, in the same process; then none is tried again.
back=
[ "${PYIRON_LOCK_STAND_IN-}" != "$$" ] || back=yes

# Tells whether a file is such a wrapper, or a stand-in too: two of them would hand over to each other for ever.
leads_back() {
    { IFS= read -r first && IFS= read -r second; } <"$1" || return 1
    case $first in '#!'*) ;; *) return 1 ;; esac
    case $back$second in yes* | "$mark"*) return 0 ;; *) return 1 ;; esac
} 2>/dev/null

case $0 in
    */*) self=$0 ;;
    *) self=$(command -v -- "$0") || fail 'cannot tell where it stands' ;;
esac
while [ -L "$self" ]; do
    target=$(readlink -- "$self") || fail "cannot read the link $self"
    case $target in
        /*) self=$target ;;
        *) self=${self%/*}/$target ;;
    esac
done
bin=$(CDPATH='' cd -- "${self%/*}" && pwd -P) || fail 'cannot tell where it stands'

real=
set -f
IFS=:
for folder in $PATH; do
    found=${folder:-.}/python3
    [ -f "$found" ] && [ -x "$found" ] || continue
    [ "$(CDPATH='' cd -- "${folder:-.}" && pwd -P)" != "$bin" ] || continue
    leads_back "$found" && continue
    real=$found
    break
done
unset IFS
[ -n "$real" ] || fail 'the sample channel has no Python of its own, and no python3 on PATH can stand in for it'

PYIRON_LOCK_STAND_IN=$$
PYTHONPATH=${bin%/*}/lib/python@SHORT@/site-packages${PYTHONPATH:+:$PYTHONPATH}
export PYIRON_LOCK_STAND_IN PYTHONPATH
exec "$real" -s -S "$@"
