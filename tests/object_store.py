"""A real object store that speaks S3, for tests: OpenStack Swift, whole, in one process.

`python tests/object_store.py <folder>` prints the port it serves on. Access key, secret and bucket
are the constants below. The folder must be on a file system with extended attributes. It ends when
its standard input does, so that no server outlives the tests.
"""

# Swift reads its settings while it is imported, so the imports wait for the settings.
# ruff: noqa: PLC0415

from __future__ import annotations

import shutil
import sys
import warnings
from pathlib import Path

ACCESS_KEY = "test:tester"
SECRET_KEY = "testing-testing-testing"
BUCKET = "videos"

SERVER = """
[DEFAULT]
devices = {folder}
mount_check = false
swift_dir = {folder}
fallocate_reserve = 0
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

PROXY = """
[DEFAULT]
swift_dir = {folder}
[pipeline:main]
pipeline = catch_errors s3api tempauth bulk slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
"""


def build_ring(folder: Path, kind: str, port: int) -> None:
    """One device, one copy: nothing is replicated."""
    from swift.common.ring import RingBuilder

    builder = RingBuilder(part_power=1, replicas=1, min_part_hours=0)
    builder.add_dev(
        {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "weight": 1}
    )
    builder.rebalance()
    builder.get_ring().save(str(folder / f"{kind}.ring.gz"))


def serve(folder: Path) -> None:
    """Start the four servers, print the port of their door, and stay until the input ends."""
    (folder / "disk").mkdir(parents=True, exist_ok=True)
    (folder / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = tests\nswift_hash_path_prefix = tests\n"
    )
    warnings.simplefilter("ignore")
    from swift.common import utils

    utils.monkey_patch()
    utils.set_swift_dir(str(folder))
    import eventlet
    import eventlet.wsgi
    from swift.common.storage_policy import reload_storage_policies
    from swift.common.wsgi import loadapp

    reload_storage_policies()
    kinds = ("account", "container", "object")
    sockets = {kind: eventlet.listen(("127.0.0.1", 0)) for kind in kinds}
    for kind in kinds:
        build_ring(folder, kind, sockets[kind].getsockname()[1])
        (folder / f"{kind}.conf").write_text(SERVER.format(folder=folder, kind=kind))
    user = ACCESS_KEY.replace(":", "_")
    (folder / "door.conf").write_text(PROXY.format(folder=folder, user=user, secret=SECRET_KEY))
    sockets["door"] = eventlet.listen(("127.0.0.1", 0))
    for name, socket in sockets.items():
        application = loadapp(str(folder / f"{name}.conf"))
        eventlet.spawn(eventlet.wsgi.server, socket, application, log_output=False)
    sys.stdout.write(f"{sockets['door'].getsockname()[1]}\n")
    sys.stdout.flush()
    eventlet.tpool.execute(sys.stdin.read)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]).resolve())
