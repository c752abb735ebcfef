"""Closes everything off from a program but what it is given, and starts it. For computers where
bubblewrap can't make its room.

`python landlock.py --read PATH … --write FOLDER -- PROGRAM …`. It runs by itself, imports nothing
of ours, and needs a Linux kernel of 5.13 or later (landlock(7)); without one it ends with 3.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Sequence

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
NO_NEW_PRIVS = 38
PATH_BENEATH = 1
VERSION = 1
# Rights of files: execute, write, read, read folder, remove folder, remove file, and making things.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
ALL_ABI_1 = (1 << 13) - 1
REFER, TRUNCATE = 1 << 13, 1 << 14
CONNECT_AND_BIND = 3
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc/alternatives", "/etc/ld.so.cache")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
NO_LANDLOCK = 3


class _Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("access", ctypes.c_uint64), ("parent", ctypes.c_int32)]


_libc = ctypes.CDLL(None, use_errno=True)


def _call(number: int, *arguments: object) -> int:
    return int(_libc.syscall(number, *arguments))


def abi() -> int:
    """The kernel's version of Landlock; less than 1 where there is none."""
    return _call(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION)


def restrict(read: Sequence[str], write: Sequence[str]) -> None:
    """From now on this process and all it starts see no file but these, and no network where the
    kernel can forbid it. Raises OSError."""
    version = abi()
    if version < 1:
        raise OSError("no Landlock")
    handled = ALL_ABI_1
    handled |= REFER if version >= 2 else 0
    handled |= TRUNCATE if version >= 3 else 0
    net = CONNECT_AND_BIND if version >= 4 else 0
    rules = _Ruleset(handled, net)
    size = ctypes.sizeof(rules) if version >= 4 else 8
    ruleset = _call(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    for path in (*SYSTEM, *read):
        _allow(ruleset, path, EXECUTE | READ_FILE | READ_DIR)
    for path in DEVICES:
        _allow(ruleset, path, READ_FILE | WRITE_FILE)
    for path in write:
        _allow(ruleset, path, handled & ~EXECUTE)
    if _libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if _call(RESTRICT_SELF, ruleset, 0) != 0:
        raise OSError(ctypes.get_errno(), "landlock_restrict_self")
    os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(os.fstat(place).st_mode):
        access &= OF_A_FILE
    rule = _Beneath(access, place)
    failed = _call(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
    os.close(place)
    if failed:
        raise OSError(ctypes.get_errno(), f"landlock_add_rule for {path}")


def main(words: Sequence[str]) -> None:
    """Never returns: the program takes this process's place."""
    at = words.index("--")
    given = {"--read": [], "--write": []}  # type: dict[str, list[str]]
    for option, path in zip(words[:at:2], words[1:at:2], strict=True):
        given[option].append(path)
    try:
        restrict(given["--read"], given["--write"])
    except OSError as failed:
        sys.stderr.write(f"landlock: {failed}\n")
        sys.exit(NO_LANDLOCK)
    os.execv(words[at + 1], list(words[at + 1 :]))  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
