"""The yardstick: a bare Flask POST that reads JSON and answers JSON."""

from flask import Flask, request

app = Flask(__name__)


@app.post("/hello")
def hello() -> tuple[dict[str, str], int]:
    return {"hello": request.get_json()["name"]}, 201
