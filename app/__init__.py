"""The Hoike platform. `create_app()` is the only place where its parts meet."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from celery import Celery
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, models, routes, tasks
from app.contest import queries as contest
from app.core import worker
from app.core.db import make_engine, make_sessions
from app.core.limits import Limits
from app.core.mail import Postman
from app.core.platform import Platform
from app.core.signing import Keyring, Signer
from app.core.storage import FolderStorage, S3Storage, Storage
from app.core.together import Together
from app.media import views as media
from app.web import access, addresses, cache, db, errors, files, headers, language, templating

if TYPE_CHECKING:
    from config import Config

__all__ = ["create_app", "models"]


def make_storage(config: Config, signer: Signer, work_dir: Path) -> Storage:
    """The store that STORAGE_URL names."""
    where = urlsplit(config.STORAGE_URL)
    if where.scheme == "s3":
        return S3Storage(
            where.netloc,
            endpoint=config.S3_ENDPOINT,
            region=config.S3_REGION,
            access_key=config.S3_ACCESS_KEY,
            secret_key=config.S3_SECRET_KEY,
            work_dir=work_dir,
            public_url=config.PUBLIC_URL,
            signer=signer,
        )
    if where.scheme == "file":
        return FolderStorage(Path(where.path), public_url=config.PUBLIC_URL, signer=signer)
    raise ValueError("STORAGE_URL must begin with file:// or s3://")


def browser_origin(config: Config) -> str:
    """Where browsers fetch and send video bytes themselves; '' when all of it passes through us."""
    where = urlsplit(config.STORAGE_URL)
    if where.scheme != "s3":
        return ""
    if config.S3_ENDPOINT:
        return headers.origin_of(config.S3_ENDPOINT)
    return f"https://{where.netloc}.s3.{config.S3_REGION}.amazonaws.com"


def make_platform(config: Config, celery: Celery, engine: Engine | None = None) -> Platform:
    """The parts of this installation, wired to each other; `engine` is one for its database that is
    there already."""
    config.DATA_DIR.mkdir(parents=True, exist_ok=True)
    work_dir = config.DATA_DIR / "work"
    work_dir.mkdir(exist_ok=True)
    signer = Signer(config.SECRET_KEY)
    engine = engine or make_engine(config.DATABASE_URL)
    sessions = make_sessions(engine, worker.make_ring(celery))
    return Platform(
        engine=engine,
        sessions=sessions,
        storage=make_storage(config, signer, work_dir),
        signer=signer,
        voters=Keyring(config.VOTE_KEY, config.DATA_DIR / "keys" / "vote"),
        limits=Limits(sessions, signer),
        together=Together(sessions),
        postman=Postman(
            smtp_url=config.SMTP_URL,
            sender=config.MAIL_FROM,
            public_url=config.PUBLIC_URL,
            signer=signer,
        ),
        work_dir=work_dir,
        tombstones=config.DATA_DIR / "tombstones.jsonl",
        public_url=config.PUBLIC_URL,
        demonstration=config.DEMONSTRATION,
        vote_work=config.VOTE_WORK,
        part_bytes=config.UPLOAD_PART_BYTES,
        x_accel_prefix=config.X_ACCEL_PREFIX,
    )


def create_app(config: Config) -> Flask:
    """The web application (and, through its extensions, the worker) for one configuration."""
    logging.basicConfig(
        level=config.LOG_LEVEL.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # It would write down each letter of whoever gets a certificate.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    configure_mappers()
    app = Flask(__name__)
    app.request_class = files.SpoolingRequest
    https = config.PUBLIC_URL.startswith("https://")
    app.config.update(
        SECRET_KEY=config.SECRET_KEY,
        SESSION_COOKIE_NAME="__Host-hoike" if https else "hoike",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        MAX_CONTENT_LENGTH=8 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=500,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
    )
    celery = worker.make_celery(config.BROKER_URL, config.DATA_DIR)
    platform = make_platform(config, celery)
    worker.serve(celery, platform, tasks.tick)
    app.extensions["hoike"] = platform
    app.extensions["celery"] = celery

    cache.init_app(app)
    headers.init_app(app, media_origin=browser_origin(config), https=https)
    addresses.init_app(app)
    db.init_app(app)
    language.init_app(app, contest.translations_into)
    access.init_app(app)
    templating.init_app(app, routes.shared)
    errors.init_app(app, tell_of_full_storage=media.tell_of_full_storage)
    routes.register(app)
    cli.register(app)
    if config.TRUSTED_PROXIES:
        hops = config.TRUSTED_PROXIES
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
