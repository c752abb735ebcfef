"""Videos as files: uploads, originals, renditions, and the background work between them.

An asset does not know what it belongs to; the same machinery would serve a bumper or a trailer.
Whoever owns an asset decides who may see it. The original is never shown to anybody but its owner:
it still holds whatever the phone wrote into it.
"""
