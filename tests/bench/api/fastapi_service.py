"""The same contract as ours for POST /v1/recommendations, as one would write it in Python: FastAPI, NumPy, faiss-cpu.

    fastapi_service.py MODEL_FOLDER PORT

The peer of `npm run bench:api`; it reads the same published model.
"""
import json
import sys
from pathlib import Path

import faiss
import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field

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

row_of = {int(item): row for row, item in enumerate(ids)}
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


class Rating(BaseModel):
    item: int
    rating: float = Field(ge=scale["min"], le=scale["max"])


class Question(BaseModel):
    ratings: list[Rating] = Field(max_length=5000)
    k: int = Field(10, ge=1, le=1000)


class Item(BaseModel):
    id: int
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
    unknown: list[int]


app = FastAPI()


@app.post("/v1/recommendations", response_model=Recommendations)
async def recommend(question: Question):
    rated = np.array([row_of[rating.item] for rating in question.ratings], np.int64)
    weights = np.array([5 * rating.rating / scale["max"] / 4 for rating in question.ratings])
    n = len(rated)
    shrinkage = parameters["shrinkage"] * max(0, 1 / n - 1 / parameters["shrinkageEnd"])
    total = (weights * encoder_scale[rated]) @ factors[rated] + parameters["priorWeight"] * prior
    person = (total / (1 + shrinkage * noise)).astype(np.float32)
    unrated = faiss.IDSelectorNot(faiss.IDSelectorBatch(rated))
    scores, found = index.search(person[None], question.k, params=faiss.SearchParameters(sel=unrated))
    return {
        "items": [{"item": items[row], "score": float(score)} for row, score in zip(found[0], scores[0])],
        "basis": "ratings",
        "unknown": [],
    }


uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
