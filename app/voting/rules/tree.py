"""The hash tree that the vote's log grows: a Merkle tree with the hashing of RFC 9162, section 2.1.

Leaf: SHA-256 over 0x00 and the data. Node: SHA-256 over 0x01 and its two children. With n leaves
the left child covers the greatest power of two below n. Hashes are bytes here, hex outside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Tree:
    """A tree that only grows. Of its nodes the peaks are kept: the roots of the full subtrees that
    the ones in the size's binary digits stand for, largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, leaves: Iterable[bytes]) -> Tree:
        """The tree of these leaf hashes."""
        tree = cls()
        for leaf in leaves:
            tree.append(leaf)
        return tree

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.peaks.append(leaf)
        full = self.size
        while full & 1:
            right = self.peaks.pop()
            self.peaks.append(node_hash(self.peaks.pop(), right))
            full >>= 1
        self.size += 1

    def root(self) -> bytes:
        """The hash that stands for all leaves; of no leaves, the hash of nothing."""
        if not self.peaks:
            return hashlib.sha256().digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def inclusion_paths(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """For each leaf the hashes beside its way to the root, from the bottom (RFC 9162, 2.1.3.1)."""
    paths: list[list[bytes]] = [[] for _leaf in leaves]

    def climb(start: int, end: int) -> bytes:
        if end - start == 1:
            return leaves[start]
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        left, right = climb(start, middle), climb(middle, end)
        for place in range(start, middle):
            paths[place].append(right)
        for place in range(middle, end):
            paths[place].append(left)
        return node_hash(left, right)

    if leaves:
        climb(0, len(leaves))
    return paths


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that the path leads to (RFC 9162, 2.1.3.2); None for one of the wrong length."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node_hash(beside, root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, beside)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None
