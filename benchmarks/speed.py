"""How fast models learn and answer, beside the libraries that people would use instead, in one go on one machine.

``python -m benchmarks.speed [--part neumf_pace neumf_lists mult_vae als ease recommend] [--peers FOLDER]``

Each run is a process of its own, ours and the peer's by turns, on the same data by the same harness; nothing else
should run. The harness is described in ``benchmarks.peer_adapter``; ``PEERS_HOME`` says where its data and the peers'
environments lie. Seconds of learning leave out reading the data, and for ours compiling, which is printed beside.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.common import REPOSITORY, Row, Settings, data_folder, record, set_up
from benchmarks.full_ranking import load
from benchmarks.peer_adapter import Harness, peers_folder
from benchmarks.settings import NCF_PAPER
from benchmarks.timing import compile_loops, one_epoch, others_busy, suited
from recsys_core.data.dataset import Dataset
from recsys_core.models import MODELS, Recommender, find_model
from recsys_core.models.dot_product import DotProduct
from recsys_core.ranking import masked_scores, top_k
from recsys_core.splitting import Holdout

Meta = dict[str, Any]  # what a run of the harness reports

# The network of the harness's "neumf": 64 numbers enter two layers of 32 and 16, beside a product of 16.
SAME_NETWORK: Settings = {"product_size": 16, "embedding_size": 32, "tower": [32, 16], "negatives": 4}
OUR_BATCH, PEER_BATCH = 3277, 410  # events in a step, without their four negatives; the peer takes 2,048 rows in all
PEER_EPOCHS = 8
NDCG = 0.405  # what the peer reaches after its epochs
LEAST_RATIO, MOST_SHARE = 4, 1 / 3
VAE_EPOCHS, VAE_NDCG = 45, 0.38  # RecBole's Mult-VAE is at its best after as many, and reaches this
ROUNDS = 2
PACE_TURNS = 3
DOT_PRODUCT_SECONDS, NEUMF_SECONDS = 1.0, 5.0


@dataclass
class Bench:
    """Runs of the harness, and the rows that come of them.

    Attributes:
        busy: cores that others kept busy before each run.
        missed: what was asked and not reached.
    """

    harness: Harness
    rows: list[Row] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def peer(self, name: str, task: str, model: str, *more: str) -> Meta:
        """One run of another library."""
        python = Path(self.harness.common.VENVS) / name / "bin" / "python"
        return self._run([str(python), str(self.harness.folder / f"peer_{name}.py")], name, task, model, *more)

    def ours(self, task: str, model: str, settings: Settings, *more: str) -> Meta:
        """One run of a model of ours."""
        told = [f"--set={name}={json.dumps(value)}" for name, value in settings.items()]
        command = [sys.executable, "-m", "benchmarks.peer_adapter", "--peers", str(self.harness.folder)]
        return self._run([*command, *told], "ours", task, model, *more)

    def _run(self, command: list[str], who: str, task: str, model: str, *more: str) -> Meta:
        self.busy.append(others_busy())
        with tempfile.TemporaryDirectory() as folder:
            asked = ["--task", task, "--model", model, "--out", folder, "--time-limit", "600", *more]
            place = {"PYTHONPATH": str(self.harness.folder), "PYTHONDONTWRITEBYTECODE": "1"}
            done = subprocess.run(
                command + asked, env=os.environ | place, cwd=REPOSITORY, capture_output=True, text=True, check=False
            )
            if done.returncode:
                sys.exit(f"{' '.join(command + asked)} failed:\n{done.stderr[-2000:]}")
            meta: Meta = json.loads((Path(folder) / "meta.json").read_text(encoding="utf-8"))
            print(f"{who} {task} {model}: {meta}", flush=True)
            return meta

    def ask(self, what: str, asked: str, measured: str, good: bool) -> None:
        """A row of something that was asked for."""
        self.rows.append((what, asked, measured))
        if not good:
            self.missed.append(what)

    def tell(self, what: str, measured: str) -> None:
        """A row for information."""
        self.rows.append((what, "", measured))


def neumf_pace(bench: Bench) -> None:
    """Samples per second with the peer's network."""

    def pace(batch: int, epochs: int) -> Meta:
        settings = SAME_NETWORK | {"batch_size": batch}
        return bench.ours("T2", "neumf", settings, "--epochs", str(epochs))

    paces, peers = [pace(OUR_BATCH, 3)], []
    for _ in range(PACE_TURNS):
        peers.append(bench.peer("recbole", "T2", "neumf", "--epochs", "2"))
        paces.append(pace(OUR_BATCH, 3))
    small = pace(PEER_BATCH, 2)

    title, threads = _title(peers[0]), peers[0]["threads"]
    theirs, ours = [_pace(meta) for meta in peers], [_pace(meta) for meta in paces]
    # Machines drift: each run of the peer is compared with the means of ours before and after it.
    ratios = [(before + after) / 2 / pace for before, after, pace in zip(ours, ours[1:], theirs, strict=False)]
    bench.tell(f"{title}: samples per second, {threads} threads, by turns with ours", _by_thousands(theirs))
    bench.ask(
        f"NeuMF, the same network, {OUR_BATCH:,} events and their negatives a step: around each of these",
        f"≥ {LEAST_RATIO}×, aimed at 5×",
        f"{_by_thousands(ours)}, {paces[0]['threads']} threads: {', '.join(f'{ratio:.1f}×' for ratio in ratios)}, "
        f"median {median(ratios):.1f}×",
        median(ratios) >= LEAST_RATIO,
    )
    bench.tell(
        f"the same with its {PEER_BATCH} events and their negatives a step",
        f"{_pace(small):,}: {_pace(small) / theirs[-1]:.1f}×",
    )


def neumf_lists(bench: Bench) -> None:
    """Seconds until our lists are as good as the peer's, with its network and with the one of ncf_paper."""

    def until_as_good(settings: Settings) -> Meta:
        return bench.ours("T2", "neumf", settings, "--epochs", "12", "--stop-at", str(NDCG))

    same = SAME_NETWORK | {"batch_size": OUR_BATCH}
    ways = [until_as_good(same)]
    peer = bench.peer("recbole", "T2", "neumf", "--epochs", str(PEER_EPOCHS))
    ways.append(until_as_good(same))
    large = until_as_good({})

    bench.tell(f"{_title(peer)}: seconds of {peer['epochs']} epochs", f"{peer['fit_s']:.0f} s")
    bench.ask(
        f"NeuMF, the same network, seconds of learning until NDCG@10 ≥ {NDCG}: before and after it",
        f"≤ {peer['fit_s'] * MOST_SHARE:.0f} s, a third",
        " and ".join(_way_to(meta) for meta in ways),
        all(_last_ndcg(meta) >= NDCG and meta["fit_s"] <= MOST_SHARE * peer["fit_s"] for meta in ways),
    )
    bench.tell("the same with an evaluation after each epoch", _seconds(meta["fit_and_look_s"] for meta in ways))
    bench.tell("the network as it enters ncf_paper", _way_to(large))


def _title(peer: Meta) -> str:
    return f"RecBole {peer['versions']['recbole']}, NeuMF 64-32-16"


def _by_thousands(numbers: list[int]) -> str:
    return "; ".join(f"{number:,}" for number in numbers)


def _pace(meta: Meta) -> int:
    return int(meta["interactions_and_negatives_per_s"])


def _last_ndcg(meta: Meta) -> float:
    return float(meta["curve_epoch_s_ndcg10"][-1][2])


def _way_to(meta: Meta) -> str:
    return f"{meta['fit_s']:.1f} s ({meta['epochs']} epochs, {_last_ndcg(meta):.4f})"


def mult_vae(bench: Bench) -> None:
    """Seconds until our lists are about as good as the peer's best."""

    def until_as_good() -> Meta:
        return bench.ours("T3", "mult_vae", {}, "--stop-at", str(VAE_NDCG))

    ways = [until_as_good()]
    peer = bench.peer("recbole", "T3", "multvae", "--epochs", str(VAE_EPOCHS))
    ways.append(until_as_good())

    title = f"RecBole {peer['versions']['recbole']}, Mult-VAE 600-200-600"
    bench.tell(f"{title}: seconds of {peer['epochs']} epochs, {peer['threads']} threads", f"{peer['fit_s']:.0f} s")
    bench.tell(f"{title}: epochs, seconds and NDCG@10 on the way", _curve(peer))
    bench.ask(
        f"Mult-VAE as it enters full_ranking, seconds of learning until NDCG@10 ≥ {VAE_NDCG}: before and after it",
        f"≤ {peer['fit_s']:.0f} s, aimed at half",
        " and ".join(_way_to(meta) for meta in ways),
        all(_last_ndcg(meta) >= VAE_NDCG and meta["fit_s"] <= peer["fit_s"] for meta in ways),
    )
    bench.tell("the same with an evaluation after each epoch", _seconds(meta["fit_and_look_s"] for meta in ways))


def _curve(meta: Meta) -> str:
    return ", ".join(f"{epoch}: {seconds:.0f} s {ndcg:.4f}" for epoch, seconds, ndcg in meta["curve_epoch_s_ndcg10"])


def als(bench: Bench) -> None:
    """Alternating least squares against ``implicit``: the same factors and iterations, and with our settings."""
    same = {"embedding_size": 64, "epochs": 15}
    peer, ours = _by_turns(lambda: bench.peer("implicit", "T3", "als"), lambda: bench.ours("T3", "als", same))
    _compare(bench, f"implicit {peer[0]['versions']['implicit']}, ALS, 64 factors, 15 iterations", peer, ours)
    chosen = bench.ours("T3", "als", {})
    bench.tell(f"ALS with the settings of full_ranking, {_in_words(chosen['config'])}", _seconds([chosen["fit_s"]]))


def ease(bench: Bench) -> None:
    """EASE against RecBole's."""
    peer, ours = _by_turns(lambda: bench.peer("recbole", "T3", "ease"), lambda: bench.ours("T3", "ease", {}))
    _compare(bench, f"RecBole {peer[0]['versions']['recbole']}, EASE", peer, ours)


def _by_turns(peer: Any, ours: Any) -> tuple[list[Meta], list[Meta]]:
    turns = [(peer(), ours()) for _ in range(ROUNDS)]
    return [turn[0] for turn in turns], [turn[1] for turn in turns]


def _compare(bench: Bench, title: str, peer: list[Meta], ours: list[Meta]) -> None:
    their_seconds, our_seconds = ([meta["fit_s"] for meta in metas] for metas in (peer, ours))
    model = ours[0]["model"]
    bench.tell(f"{title}, learning ML-1M", _seconds(their_seconds))
    bench.ask(
        f"{find_model(model).info.title} of ours, compiled in {_seconds(meta['compile_s'] for meta in ours)}",
        "no slower",
        _seconds(our_seconds),
        median(our_seconds) <= median(their_seconds),
    )
    lists = [_seconds(meta["recommend_s"] for meta in metas) for metas in (peer, ours)]
    bench.tell("their and our top 20 for all people", " and ".join(lists))


def _seconds(values: Any) -> str:
    return ", ".join(f"{value:.2f}" for value in values) + " s"


def _in_words(config: Settings) -> str:
    return ", ".join(f"{name} {value}" for name, value in config.items())


def recommend(bench: Bench) -> None:
    """Top 10 for everybody. How long a model has learned changes nothing here: one epoch will do."""
    train, test = load(data_folder() / "ml-1m")
    cases = [(model.info.key, NCF_PAPER, "as it enters ncf_paper") for model in MODELS]
    for key, chosen, settings in [*cases, ("neumf", {}, "as it comes")]:
        model = one_epoch(set_up(key, chosen, {}))
        compile_loops(model)
        model.fit(suited(model, train.name, train.interactions))
        bench.busy.append(others_busy())
        seconds = [_lists(model, train, test) for _ in range(ROUNDS)]
        most = _most_seconds(model) if chosen else None
        what = f"{model.info.title} {settings}: top 10 for all {train.n_users:,} people of ML-1M"
        bench.ask(what, f"< {most:.0f} s" if most else "", _seconds(seconds), not most or median(seconds) < most)
        print(bench.rows[-1], flush=True)


def _lists(model: Recommender, train: Dataset, test: Holdout) -> float:
    """Seconds for everybody's list."""
    order = train.item_ids.hash_order
    started = time.perf_counter()
    for _, scores in masked_scores(model.score, np.arange(train.n_users), test.known):
        top_k(scores, 10, order)
    return time.perf_counter() - started


def _most_seconds(model: Recommender) -> float | None:
    if model.info.key == "neumf":
        return NEUMF_SECONDS
    return DOT_PRODUCT_SECONDS if isinstance(model, DotProduct) else None


PARTS = {
    "neumf_pace": neumf_pace,
    "neumf_lists": neumf_lists,
    "mult_vae": mult_vae,
    "als": als,
    "ease": ease,
    "recommend": recommend,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--peers", type=Path, default=peers_folder(), help="the folder of the harness")
    options = parser.parse_args()
    bench = Bench(Harness(options.peers))
    for part in options.part:
        PARTS[part](bench)
    bench.tell("cores that other processes kept busy before the runs, at most", f"{max(bench.busy):.2f}")
    record(f"speed: {', '.join(options.part)}, beside other libraries", bench.rows)
    if bench.missed:
        sys.exit("Not reached: " + "; ".join(bench.missed))


if __name__ == "__main__":
    main()
