"""The command line, as a user meets it: what is printed, where, and with which exit code."""

import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from options import replaced
from srhm import cli
from srhm.runs.store import Store
from srhm.training.config import FIELD_HELP, RunConfig

ROOT = Path(__file__).parent.parent
COMMANDS = ("train", "sweep", "verify", "merge", "image", "download")
FOREIGN = {"--help", "--port", "--nworkers", "--nthreads"}  # of dask, in the README
TINY = ["--v", "4", "--P", "64", "--batch-size", "16", "--width", "32", "--max-epochs", "3"]


def fails(result, message):
    """Exit code 2, nothing on stdout, and one line on stderr."""
    code, out, err = result
    assert (code, out) == (2, "")
    assert err.startswith("srhm: error: ")
    assert err.count("\n") == 1
    assert message in err


# Help


def test_the_help_explains_every_symbol(run):
    code, out, _ = run("--help")
    assert code == 0
    for name in ("v", "s", "L", "s0", "n_c", "m", "sparsity", "rule_kind", "P"):
        assert f"  {name:9} {FIELD_HELP[name]}" in out
    for command in COMMANDS:
        assert f"\n    {command}" in out
        assert run(command, "--help")[0] == 0


def test_the_readme_shows_every_command_and_no_other(run):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?<!from )\bsrhm ([a-z]\w*)", text)) == set(COMMANDS)
    listed = re.findall(r"^    ([a-z]+)\b", run("--help")[1], re.MULTILINE)
    assert set(listed) == set(COMMANDS)
    used = "\n".join(line for line in text.splitlines() if "srhm-book" not in line)
    for option in set(re.findall(r"(?<=\s)--[a-z]+", used)) - FOREIGN:
        assert any(option in run(command, "--help")[1] for command in COMMANDS), option


def test_train_has_an_option_for_every_field(run):
    fields = [field.name for field in dataclasses.fields(RunConfig)]
    assert sorted(name for group in cli.GROUPS.values() for name in group) == sorted(fields)
    _, out, _ = run("train", "--help")
    words = " ".join(out.split())
    for name in fields:
        assert f"--{name} " in words
        assert FIELD_HELP[name] in words


def test_help_is_quick():
    """Nothing heavy is imported for it."""
    code = "import sys, srhm.cli; srhm.cli._parser(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


# Train


def test_train_prints_the_row_and_keeps_it_only_when_asked(run, tmp_path):
    code, out, err = run("train", *TINY, "--arch", "lcn", "--s0", "1", "--device", "cpu")
    assert code == 0
    row = json.loads(out)
    assert (row["arch"], row["v"], row["n_c"], row["m"], row["s0"]) == ("lcn", 4, 4, 4, 1)
    assert row["epochs"] == 3
    assert 0 <= row["test_error"] <= 1
    assert err == "training lcn v=4 s=2 L=2 s0=1 P=64 seeds 0/0/0\n"
    assert list(tmp_path.iterdir()) == []


def test_train_takes_an_s0_for_each_level(run):
    options = ("--s0", "2,0", "--zipf", 1, "--displacement-ratio", 0.5)
    code, out, err = run("train", *TINY, *options, "--device", "cpu")
    assert code == 0
    row = json.loads(out)
    assert (row["s0"], row["zipf"], row["displacement_ratio"]) == ("2,0", 1.0, 0.5)
    assert ("D_1_1" in row, "D_1_2" in row) == (True, False)
    assert "s0=2,0 zipf=1 displacement_ratio=0.5" in err


def test_train_as_the_authors_do(run):
    options = ("--scaling", "channels", "--balanced", "--stop-every", 2, "--test-every", 1)
    code, out, _ = run("train", *TINY, *options, "--device", "cpu")
    assert code == 0
    row = json.loads(out)
    assert (row["scaling"], row["balanced"], row["stop_every"]) == ("channels", True, 2)
    assert row["best_test_error"] <= row["test_error"]


def test_train_takes_what_the_store_has(run, tmp_path):
    first = run("train", *TINY, "--store", "kept", "--seed-init", 5, "--device", "cpu")
    again = run("train", *TINY, "--store", "kept", "--seed_init", 5, "--device", "cpu")
    assert first[0] == again[0] == 0
    assert json.loads(first[1]) == json.loads(again[1])
    assert again[2] == ""  # not trained
    assert Store(tmp_path / "kept").frame().seed_init.tolist() == [5]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--s", "two"], ["--s", "'two'", "1e3"]),
        (["--s0", "1.5"], ["--s0", "'1.5'"]),
        (["--s0", "2,0,1"], ["s0", "L=2", "'2,0,1'"]),
        (["--P", "1.5"], ["--P", "'1.5'", "1e3"]),
        (["--P", "1e999999999"], ["--P", "'1e999999999'"]),
        (["--P", "9" * 5000], ["--P", "19 digits"]),
        (["--P", "inf"], ["--P", "'inf'"]),
        (["--lr", "fast"], ["--lr", "'fast'", "1e-2"]),
        (["--lr", "1e400"], ["lr", "inf"]),
        (["--threads", "0"], ["--threads", "0"]),
        (["--store", ""], ["--store", "folder"]),
        (["--width", "100000000"], ["width=100000000", "GB"]),
        (["--arch", "lcn", "--s0", "999999999", "--L", "1"], ["width=32", "GB"]),
        (["--seed-rules", "-1"], ["seed_rules", "-1"]),
        (["--seed_sample", 2**63], ["seed_sample", f"0 to {2**63 - 1}", str(2**63)]),
        (["--seed_init", 2**63], ["seed_init", f"0 to {2**63 - 1}", str(2**63)]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_impossible_options_are_refused_before_any_work(run, options, words):
    code, out, err = run("train", *replaced(TINY, options))
    assert (code, out) == (2, "")
    assert err.startswith("srhm: error: ")  # and not: training ...
    assert err.count("\n") == 1
    for word in words:
        assert word in err


def test_integers_may_be_written_with_an_exponent(run):
    options = ("--s0", 1, "--P", "1e2", "--n-c", 3, "--m", "2.0", "--seed-init", "1e1")
    code, out, _ = run("train", *replaced(TINY, options))
    row = json.loads(out)
    assert (code, row["P"], row["n_c"], row["m"], row["seed_init"]) == (0, 100, 3, 2, 10)


def test_errors_of_train_are_one_sentence(run, tmp_path):
    fails(run("train", *TINY, "--arch", "rnn"), "arch must be one of lcn, cnn, fcn, vgg11, ")
    fails(run("train", *TINY, "--sparsity", "C"), "'C'")
    fails(run("train", *TINY, "--s0", "-1"), "s0")
    fails(run("train", *TINY, "--device", "tpu"), "device must be auto, cpu, cuda")
    fails(run("train", "--v", "4"), "the following arguments are required: --P")
    fails(run("train", *TINY, "--wid", "3"), "unrecognized arguments: --wid 3")
    fails(run("train", *TINY, "--v", "5"), "--v: is given twice: as 4 and as 5")
    fails(run("train", *TINY, "--batch_size", "16"), "--batch-size: is given twice")
    fails(run("tarin"), "invalid choice: 'tarin'")
    fails(run(), "COMMAND")
    (tmp_path / "file").touch()
    fails(run("train", *TINY, "--store", "file"), "results folder 'file' is a file")
    fails(run("train", *TINY, "--store", "file/below"), "'file/below' cannot be written")


def test_there_is_no_traceback_in_a_real_process(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "srhm.cli", "train", "--v", "4", "--P", "-3"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == ["srhm: error: P must be an integer of at least 1, not -3."]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_stdout_is_one_sentence(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "srhm.cli", "train", *TINY, "--device", "cpu"]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[1:] == [
        "srhm: error: the output cannot be written: No space left on device."
    ]


def test_sigterm_ends_a_training_with_a_sentence(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    options = ["--v", "8", "--P", "4000", "--stop-loss", "0", "--max-epochs", "100000"]
    command = [sys.executable, "-m", "srhm.cli", "train", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, cwd=tmp_path, **pipes) as process:
        assert process.stderr.readline().startswith("training cnn v=8")
        process.terminate()
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (143, "")
    assert err.startswith("srhm: terminated")
    assert err.count("\n") == 1


# Sweep, verify, merge


def test_sweep_verify_merge(run, tmp_path):
    grid = "{v: 4, P: 64, batch_size: 16, width: 32, max_epochs: 3, arch: [cnn, lcn], repeats: 2}"
    (tmp_path / "grid.yml").write_text(grid, encoding="utf-8")
    code, out, err = run("sweep", "grid.yml", "--store", "a", "--workers", 2, "--device", "cpu")
    assert (code, out) == (0, "4 runs in a: 4 max_epochs\n")
    assert "4/4 runs" in err

    code, out, _ = run("verify", "--n", 1, "--seed", 1, "--store", "a", "--workers", 1)
    assert code == 0
    assert out.split()[-1] == "True"

    files = sorted((tmp_path / "a").glob("*.jsonl"))
    files[0].write_text(
        files[0].read_text(encoding="utf-8").replace('"test_error": 0', '"test_error": 1', 1),
        encoding="utf-8",
    )
    code, out, err = run("merge", "a", "--store", "b")
    assert (code, out) == (1, "3 added to b, 0 already there, 1 refused\n")
    assert f"srhm: refused {files[0].relative_to(tmp_path)} line 1: its digest" in err
    assert len(files) == 2
    assert run("merge", files[1], "--store", "b")[:2] == (
        0,
        "0 added to b, 2 already there, 0 refused\n",
    )

    # The changed record is named, trained anew and replaced.
    code, out, err = run("sweep", "grid.yml", "--store", "a", "--workers", 1)
    assert code == 0
    assert f"srhm: warning: The record {files[0].relative_to(tmp_path)} line 1 is ignored" in err
    assert "3/4 runs" in err
    assert len(Store(tmp_path / "a").frame()) == 4


def test_verify_says_when_a_run_disagrees(run, tmp_path):
    run("train", *TINY, "--store", "a", "--device", "cpu")
    row = Store("a").get(RunConfig(v=4, P=64, batch_size=16, width=32, max_epochs=3))
    Store("a").put({**row, "test_error": 0.0})
    code, out, _ = run("verify", "--store", "a", "--workers", 1)
    assert code == 1
    assert out.split()[-1] == "False"


def test_errors_of_the_others_are_one_sentence(run, tmp_path):
    (tmp_path / "empty.yml").write_text("{v: 4, P: []}", encoding="utf-8")
    fails(run("sweep", "empty.yml", "--store", "a"), "the grid is empty: P has no values")
    fails(run("sweep", "none.yml"), "none.yml cannot be read")
    (tmp_path / "good.yml").write_text("{v: 4, P: 200}", encoding="utf-8")
    fails(run("sweep", "good.yml", "--store", "a", "--workers", -1), "--workers: must be")
    fails(run("sweep", "good.yml", "--store", "good.yml/x"), "cannot be written")
    fails(run("verify", "--store", "a"), "holds no runs to verify")
    fails(run("merge", "none", "--store", "a"), "There is no file or folder 'none' to merge")
    fails(run("merge"), "required: FILE")
    fails(run("merge", "", "--store", "a"), "FILE")
    assert not (tmp_path / "a").exists()
