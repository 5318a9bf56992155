"""The same contract as ours for POST /v1/recommendations, as one would write it in Python: FastAPI, NumPy, faiss-cpu.

    fastapi_service.py MODEL_FOLDER PORT

The peer of `npm run bench:api`; it reads the same published model. It checks every field of a question as ours does
(web/server/schemas.ts), answers with the same fields, headers and problems, and measures the same; what the race does not
ask for (filters, dials, shares) it checks and then refuses. Uvicorn runs it on uvloop and httptools, without an access log.
"""
import json
import sys
import time
import uuid
from pathlib import Path
from typing import Annotated

import faiss
import numpy as np
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from prometheus_client import Histogram, make_asgi_app
from pydantic import BaseModel, ConfigDict, Field

folder, port = Path(sys.argv[1]), int(sys.argv[2])
manifest = json.loads((folder / "manifest.json").read_text())
path = {file["role"]: folder / file["path"] for file in manifest["files"]}
parameters, scale = manifest["model"], manifest["ratingScale"]

faiss.omp_set_num_threads(1)
index = faiss.read_index(str(path["index"]))
rows, rank = index.ntotal, index.d
factors = index.reconstruct_n(0, rows)

# shared/artifact/foldInFile.ts: magic, version, rows, rank; noise, prior (rank), popularity, encoderScale (rows)
numbers = np.frombuffer(path["foldIn"].read_bytes(), np.float32, offset=16)
noise, prior, popularity, encoder_scale = np.split(numbers, [rank, 2 * rank, 2 * rank + rows])

# shared/artifact/catalog.ts, of items whose ids are numbers
catalog = path["catalog"].read_bytes()
_, _, _, genre_bytes, _, title_bytes, _ = np.frombuffer(catalog, np.uint32, 7, 4).tolist()


def column(dtype, at):
    return np.frombuffer(catalog, dtype, rows, 32 + rows * at).tolist()


ids, imdb, tmdb, lengths, years, lists = (column(*kind) for kind in [(np.float64, 0), (np.uint32, 8), (np.uint32, 12), (np.uint32, 16), (np.int16, 20), (np.uint16, 22)])
text = 32 + rows * 24
genres = json.loads(catalog[text : text + genre_bytes])
titles = catalog[text + genre_bytes :]
starts = np.cumsum([0, *lengths]).tolist()

items = [
    {
        "id": int(ids[row]),
        "title": titles[starts[row] : starts[row + 1]].decode(),
        "year": years[row] or None,
        "genres": [genres["names"][genre] for genre in genres["lists"][lists[row]]],
        "imdbId": f"tt{imdb[row]:07d}" if imdb[row] else None,
        "tmdbId": tmdb[row] or None,
    }
    for row in range(rows)
]
row_of = {item["id"]: row for row, item in enumerate(items)}
row_of_imdb = {item["imdbId"]: row for row, item in enumerate(items)}
row_of_tmdb = {item["tmdbId"]: row for row, item in enumerate(items)}

ItemId = int | Annotated[str, Field(max_length=200)]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Rating(Closed):
    item: ItemId | None = None
    imdbId: str | None = Field(None, pattern="^tt[0-9]{7,10}$")
    tmdbId: int | None = Field(None, ge=1)
    rating: float


class Years(Closed):
    from_: int | None = Field(None, alias="from")
    to: int | None = None


class Filter(Closed):
    genres: list[str] | None = Field(None, max_length=100)
    withoutGenres: list[str] | None = Field(None, max_length=100)
    years: Years | None = None
    only: list[ItemId] | None = Field(None, max_length=10_000)


class Question(Closed):
    ratings: list[Rating] = Field(max_length=5000)
    k: int = Field(10, ge=1, le=1000)
    exclude: list[ItemId] | None = Field(None, max_length=10_000)
    filter: Filter | None = None
    explain: bool = False
    expect: bool = True
    variety: float = Field(0, ge=0, le=1)
    popularity: float = Field(0, ge=-1, le=1)
    model: str | None = Field(None, min_length=1, max_length=200)


class Item(BaseModel):
    id: ItemId
    title: str
    year: int | None
    genres: list[str]
    imdbId: str | None
    tmdbId: int | None


class Recommendation(BaseModel):
    item: Item
    score: float


class Recommendations(BaseModel):
    items: list[Recommendation]
    basis: str
    unknown: list[ItemId]
    computeMs: float


requests = Histogram("http_request_duration_seconds", "Of a request.", ["method", "route", "status"], buckets=[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1])
searches = Histogram("search_duration_seconds", "Of fold-in and search.", buckets=[0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05])
HEADERS = [
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
]


class Surroundings:
    """Request ids, headers and metrics. Plain ASGI: BaseHTTPMiddleware would start a task for every request."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        start = time.perf_counter()
        status = 500
        request_id = dict(scope["headers"]).get(b"x-request-id") or str(uuid.uuid4()).encode()

        async def send_with_headers(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *HEADERS, (b"x-request-id", request_id)]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            route = scope.get("route")
            requests.labels(scope["method"], route.path if route else "none", status).observe(time.perf_counter() - start)


app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"], expose_headers=["x-request-id"])
app.add_middleware(Surroundings)
app.mount("/metrics", make_asgi_app())


def problem(status: int, code: str, detail: str, pointer: str | None = None) -> JSONResponse:
    body = {"type": "about:blank", "title": detail, "status": status, "code": code, "detail": detail}
    return JSONResponse(body if pointer is None else {**body, "pointer": pointer}, status, media_type="application/problem+json")


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError):
    first = error.errors()[0]
    return problem(422, "BAD_QUERY", first["msg"], "/" + "/".join(map(str, first["loc"][1:])))


@app.exception_handler(HTTPException)
async def fail(_: Request, error: HTTPException):
    return problem(error.status_code, "BAD_QUERY", error.detail)


def resolve(rating: Rating) -> int | None:
    if (rating.item is not None) + (rating.imdbId is not None) + (rating.tmdbId is not None) != 1:
        raise HTTPException(422, "A rating names an item by one of item, imdbId and tmdbId.")
    if not scale["min"] <= rating.rating <= scale["max"]:
        raise HTTPException(422, "A rating is out of range.")
    if rating.item is not None:
        return row_of.get(rating.item)
    return row_of_imdb.get(rating.imdbId) if rating.imdbId is not None else row_of_tmdb.get(rating.tmdbId)


@app.post("/v1/recommendations", response_model=Recommendations)
async def recommend(question: Question):
    if question.filter or question.exclude or question.explain or question.variety or question.popularity or question.model:
        raise HTTPException(501, "This service answers plain questions.")
    start = time.perf_counter()
    told, unknown = {}, []
    for rating in question.ratings:
        row = resolve(rating)
        if row is None:
            unknown.append(rating.item or rating.imdbId or rating.tmdbId)
        else:
            told[row] = rating.rating
    n = len(told)
    rated = np.fromiter(told.keys(), np.int64, n)
    if n:
        weights = np.fromiter(told.values(), np.float64, n) * (5 / scale["max"] / 4)
        shrinkage = parameters["shrinkage"] * max(0, 1 / n - 1 / parameters["shrinkageEnd"])
        damping = 1 / (1 + shrinkage * noise)
        total = (weights * encoder_scale[rated]) @ factors[rated] + parameters["priorWeight"] * prior
    else:
        damping, total = noise[0] / noise, parameters["priorWeight"] * prior
    person = (total * damping).astype(np.float32)
    unrated = faiss.IDSelectorNot(faiss.IDSelectorBatch(rated))
    scores, found = index.search(person[None], question.k, params=faiss.SearchParameters(sel=unrated))
    elapsed = time.perf_counter() - start
    searches.observe(elapsed)
    return {
        "items": [{"item": items[row], "score": score} for row, score in zip(found[0].tolist(), scores[0].tolist()) if row >= 0],
        "basis": "ratings" if n else "popular",
        "unknown": unknown,
        "computeMs": 1000 * elapsed,
    }


uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
