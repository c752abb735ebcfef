"""What a web server and the `flask` command load."""

import os

from app import create_app
from config import Config

app = create_app(Config.from_env(os.environ))
celery = app.extensions["celery"]
