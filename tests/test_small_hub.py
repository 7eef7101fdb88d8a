"""The small Hub: what the real clients push to it and load from it, what it refuses, and what a cut leaves."""

import functools
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_session, set_client_factory
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils._http import default_client_factory

from helpers import hub as hub_module
from helpers import small_hub
from helpers.login import explain
from helpers.small_hub import Cut, Refusal, SmallHub, Token

EMBEDDED = hub_module.data_folder() / "hub"
REAL_TOKEN = "hf_" + "vraiJeton" * 4
WRITE, READ, OTHER = "hf_ecrire", "hf_lire", "hf_autre"
TOKENS = {WRITE: Token("eleve"), READ: Token("eleve", "read"), OTHER: Token("camille")}

# Lesson 14 in short, in a process of its own since the libraries read their environment once.
LESSON = """
import json, os, sys
import helpers
atelier = helpers.start()
from helpers import small_hub
hub = small_hub.serve(atelier)
seen = []
hub.hook = seen.append
assert small_hub.serve(atelier) is hub
user = helpers.login()

import torch
from datasets import Dataset, DatasetDict, load_dataset
from huggingface_hub import HfApi, ModelCard
from transformers import (
    AutoImageProcessor, AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainerCallback, TrainingArguments,
)

def same(one, other):
    one, other = one.state_dict(), other.state_dict()
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)

said = {"user": user}
name = "distilbert/distilbert-base-uncased-finetuned-sst-2-english"
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModelForSequenceClassification.from_pretrained(name)
processor = AutoImageProcessor.from_pretrained("google/vit-base-patch16-224")
for each in (model, tokenizer, processor):
    pushed = each.push_to_hub("eleve/modele", private=True)
ModelCard("---\\nlicense: mit\\npipeline_tag: text-classification\\n---\\n# Essai").push_to_hub("eleve/modele")
first = HfApi().model_info("eleve/modele")
with torch.no_grad():
    model.classifier.bias += 1
model.push_to_hub("eleve/modele", commit_message="Biais")
load = AutoModelForSequenceClassification.from_pretrained
again = load("eleve/modele", revision=first.sha)
said["model"] = [same(load("eleve/modele"), model), same(again, model), same(again, load(name))]
said["tokenizer"] = [AutoTokenizer.from_pretrained(each)("one film")["input_ids"] for each in ("eleve/modele", name)]
said["processor"] = AutoImageProcessor.from_pretrained("eleve/modele").to_dict() == processor.to_dict()
said["card"] = [first.card_data.license, first.pipeline_tag, first.private]
said["titles"] = [commit.title for commit in HfApi().list_repo_commits("eleve/modele")]

class WaitForPush(TrainerCallback):
    def on_save(self, args, state, control, **kwargs):
        trainer.push_in_progress.wait_until_done()

rows = [dict(tokenizer("a good film", padding="max_length", max_length=8), labels=1)] * 8
arguments = TrainingArguments(
    "essai", max_steps=4, save_steps=2, per_device_train_batch_size=2, learning_rate=1e-3, push_to_hub=True,
    hub_strategy="every_save", hub_always_push=True, disable_tqdm=True, report_to="none", dataloader_pin_memory=False,
)
trainer = Trainer(model, arguments, train_dataset=rows, processing_class=tokenizer, callbacks=[WaitForPush()])
_ = trainer.train()
_ = trainer.push_to_hub(commit_message="Fin")
commits = {commit.title: commit.commit_id for commit in HfApi().list_repo_commits("eleve/essai")}
said["saves"] = list(commits)
said["trainer"] = [
    same(load("eleve/essai", revision=commits[f"Training in progress, step {step}"]), load(f"essai/checkpoint-{at}"))
    for step in (2, 4) for at in (2, 4)
]

one, two = Dataset.from_dict({"texte": ["un", "deux"], "n": [1, 2]}), Dataset.from_dict({"texte": ["trois"], "n": [3]})
revision = one.push_to_hub("phrases").oid
two.push_to_hub("eleve/phrases")
DatasetDict(train=one, test=two).push_to_hub("eleve/phrases", "deux-jeux")
said["datasets"] = [
    load_dataset("eleve/phrases", split="train", revision=revision).to_dict() == one.to_dict(),
    load_dataset("eleve/phrases", "default", split="train").to_dict() == two.to_dict(),
    {key: value.to_dict() for key, value in load_dataset("eleve/phrases", "deux-jeux").items()}
    == {"train": one.to_dict(), "test": two.to_dict()},
    load_dataset("tblard/allocine", split="test").num_rows,
    load_dataset("nyu-mll/glue", "mrpc", split="validation", streaming=True).take(1).column_names,
]
said["tokens"] = sorted({request.headers.get("authorization", "") for request in seen})
said["home"] = os.environ["HF_HOME"]
said["secret"] = open(os.environ["HF_TOKEN_PATH"]).read()
said["mode"] = oct(os.stat(os.environ["HF_TOKEN_PATH"]).st_mode & 0o777)
helpers.start()
os.environ["ATELIER_HUB"] = "online"
try:
    helpers.start()
except helpers.session.hub.HubError as error:
    said["online"] = str(error)
with open("said.json", "w") as file:
    json.dump(said, file)
"""
# The same without torch, which start() loads to seed it.
SERVE = """
import sys
from pathlib import Path
from helpers import hub, small_hub
from helpers.session import Atelier
folder = Path({folder!r})
{before}
atelier = Atelier("embedded", folder.parent, "cpu", hub=folder)
served = small_hub.serve(atelier)
"""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """What the lesson printed and found, in an environment that has another token and other caches."""
    folder = tmp_path_factory.mktemp("lesson")
    (folder / "hf").mkdir()
    (folder / "hf" / "token").write_text(REAL_TOKEN)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ATELIER_"))}
    environment = clean | {
        "XDG_CACHE_HOME": str(folder / "cache"),
        "HF_HOME": str(folder / "hf"),
        "HF_TOKEN": REAL_TOKEN,
        "TMPDIR": str(folder),
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, "-c", LESSON], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = json.loads((folder / "said.json").read_text())
    return SimpleNamespace(folder=folder, output=done.stdout, errors=done.stderr, **said)


def served(environment, before="", after="", folder=EMBEDDED):
    code = SERVE.format(folder=str(folder), before=before) + after
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def hub(tmp_path):
    """A Hub with two users, that publishes one model."""
    with SmallHub(tmp_path / "hub", TOKENS) as small:
        yield small


@pytest.fixture
def eleve(hub):
    """The client of who may write, with a repository of two files."""
    api = HfApi(endpoint=hub.address, token=WRITE)
    api.create_repo("eleve/essai")
    push(api, b"un")
    return api


@pytest.fixture
def no_waiting(monkeypatch):
    """The client tries again at once."""
    at_once = SimpleNamespace(**vars(time) | {"sleep": lambda seconds: None})
    monkeypatch.setattr("huggingface_hub.utils._http.time", at_once)


def push(api, content, name="eleve/essai", size=300_000):
    """Push a small file and a large one in one commit."""
    files = {"config.json": content, "model.safetensors": content * (size // len(content))}
    operations = [CommitOperationAdd(path, value) for path, value in files.items()]
    return api.create_commit(name, operations, commit_message=content.decode()).oid


def titles(api, name="eleve/essai"):
    return [commit.title for commit in api.list_repo_commits(name)]


@pytest.fixture
def read(tmp_path):
    """The content of a file, downloaded anew."""
    caches = (tmp_path / f"cache-{number}" for number in itertools.count())

    def read_file(api, path, revision=None, name="eleve/essai"):
        return Path(api.hf_hub_download(name, path, revision=revision, cache_dir=next(caches))).read_bytes()

    return read_file


def test_lesson_says_where_it_is_and_who(lesson):
    assert lesson.output.splitlines()[1].startswith("Petit Hub sur cette machine : ")
    assert "Connecté : eleve" in lesson.output and lesson.user == "eleve"


def test_model_tokenizer_processor_and_card_come_back(lesson):
    assert lesson.model == [True, False, True], "latest equals; earlier differs from the latest and equals the original"
    assert (
        lesson.tokenizer[0] == lesson.tokenizer[1]
        and lesson.processor
        and lesson.card == ["mit", "text-classification", True]
    )
    assert lesson.titles[0] == "Biais" and lesson.titles[-1] == "initial commit" and len(lesson.titles) == 6


def test_every_save_of_the_trainer_is_a_revision(lesson):
    assert lesson.saves[-3:] == ["Training in progress, step 4", "Training in progress, step 2", "initial commit"]
    assert lesson.trainer == [True, False, False, True]


def test_data_sets_come_back_by_revision(lesson):
    assert lesson.datasets == [True, True, True, 440, ["sentence1", "sentence2", "label", "idx"]]


def test_neither_token_shows_and_the_real_one_never_leaves(lesson):
    shown = lesson.output + lesson.errors
    assert lesson.secret not in shown and REAL_TOKEN not in shown and lesson.mode == "0o600"
    assert lesson.tokens == [f"Bearer {lesson.secret}"] or lesson.tokens == ["", f"Bearer {lesson.secret}"]


def test_caches_of_the_user_stay_as_they_were_and_the_rest_is_removed(lesson):
    assert [path.name for path in (lesson.folder / "hf").rglob("*")] == ["token"]
    assert not Path(lesson.home).exists() and not list(lesson.folder.glob("atelier-hub-*"))


def test_started_again_but_not_online(lesson):
    assert lesson.output.count("Hub embarqué") == 2 and "redémarrez le noyau" in lesson.online


def test_no_warning_on_the_way(lesson):
    assert lesson.errors == ""


def test_served_after_a_mount_and_logged_in_without_a_proxy(environment, tmp_path):
    before = "hub.mount(folder); hub.mount(folder)"
    after = "import helpers; helpers.login(); assert small_hub.serve(atelier) is served"
    result = served(environment | {"TMPDIR": str(tmp_path), "HTTP_PROXY": "http://127.0.0.1:9"}, before, after)
    assert result.stdout.splitlines()[1] == "Connecté : eleve", result.stderr


def test_library_imported_before_is_refused(environment):
    result = served(environment, "import huggingface_hub.constants")
    assert "small_hub.serve() : redémarrez le noyau" in result.stderr.splitlines()[-1]


def test_online_nothing_is_served(capsys):
    assert small_hub.serve(SimpleNamespace(hub=None)) is None and not small_hub.serving()
    assert capsys.readouterr().out.startswith("Hub Hugging Face")


def test_folder_of_a_killed_process_is_removed_by_the_next(environment, tmp_path):
    environment = environment | {"TMPDIR": str(tmp_path)}
    killed = served(environment, after="import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert killed.returncode == -signal.SIGKILL
    (left,) = tmp_path.glob("atelier-hub-*")
    os.utime(left / "lock", (0, 0))
    assert served(environment).returncode == 0
    assert list(tmp_path.glob("atelier-hub-*")) == []


def test_folder_in_use_is_left(environment, tmp_path):
    environment = environment | {"TMPDIR": str(tmp_path)}
    code = SERVE.format(folder=str(EMBEDDED), before="") + "print('prêt', flush=True); sys.stdin.read()"
    running = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    while "prêt" not in running.stdout.readline():
        assert running.poll() is None
    (used,) = tmp_path.glob("atelier-hub-*")
    os.utime(used / "lock", (0, 0))
    assert served(environment).returncode == 0 and (used / "home" / "token").exists()
    running.communicate("")
    assert not used.exists()


def client(hub, token):
    return HfApi(endpoint=hub.address, token=token)


def test_each_revision_holds_its_own_files(eleve, read):
    first, second = eleve.repo_info("eleve/essai").sha, push(eleve, b"deux")
    eleve.delete_file("config.json", "eleve/essai", commit_message="moins")
    assert [read(eleve, "config.json", revision) for revision in (first, second, first[:7])] == [b"un", b"deux", b"un"]
    assert read(eleve, "model.safetensors", first) == b"un" * 150_000
    assert titles(eleve) == ["moins", "deux", "un", "initial commit"]
    with pytest.raises(RemoteEntryNotFoundError):
        read(eleve, "config.json")
    with pytest.raises(RevisionNotFoundError) as raised:
        read(eleve, "config.json", "0" * 40)
    assert "cette révision n’existe pas" in explain(raised.value)


def test_same_pushes_give_the_same_revisions(eleve, tmp_path):
    with SmallHub(tmp_path / "other", TOKENS) as other:
        api = client(other, WRITE)
        api.create_repo("eleve/essai")
        assert push(api, b"un") == eleve.repo_info("eleve/essai").sha


def test_same_files_make_no_commit(eleve):
    assert push(eleve, b"un") == eleve.repo_info("eleve/essai").sha and len(titles(eleve)) == 2


def test_branches_and_tags(eleve, read):
    eleve.create_branch("eleve/essai", branch="refs/x y")
    eleve.create_tag("eleve/essai", tag="v1")
    push(eleve, b"deux")
    operations = [CommitOperationAdd("config.json", b"trois")]
    eleve.create_commit("eleve/essai", operations, commit_message="trois", revision="refs/x y")
    contents = [read(eleve, "config.json", revision) for revision in ("main", "refs/x y", "v1")]
    assert contents == [b"deux", b"trois", b"un"]
    eleve.delete_branch("eleve/essai", branch="refs/x y")
    eleve.delete_tag("eleve/essai", tag="v1")
    found = eleve.list_repo_refs("eleve/essai")
    assert [each.name for each in (*found.branches, *found.tags)] == ["main"]
    with pytest.raises(HfHubHTTPError):
        eleve.delete_branch("eleve/essai", branch="main")


def test_listing_by_folder_and_by_name(eleve):
    operations = [CommitOperationAdd(path, b"x") for path in ("a/b/c.txt", "a/d.txt")]
    eleve.create_commit("eleve/essai", operations, commit_message="dossiers")
    assert [each.path for each in eleve.list_repo_tree("eleve/essai", "a")] == ["a/b", "a/d.txt"]
    found = eleve.get_paths_info("eleve/essai", ["a", "a/d.txt", "rien"])
    assert [type(each).__name__ for each in found] == ["RepoFolder", "RepoFile"]
    eleve.delete_folder("a", "eleve/essai")
    assert not [path for path in eleve.list_repo_files("eleve/essai") if path.startswith("a/")]


def test_private_repository_does_not_exist_for_others(hub, eleve, read):
    eleve.update_repo_settings("eleve/essai", private=True)
    assert read(eleve, "config.json") == b"un"
    for token in (OTHER, False):
        api = client(hub, token)
        with pytest.raises(RepositoryNotFoundError) as raised:
            read(api, "config.json")
        assert "ce dépôt n’existe pas, ou il est privé" in explain(raised.value)
        assert not api.repo_exists("eleve/essai") and list(api.list_models(author="eleve")) == []
    assert [each.id for each in eleve.list_models(author="eleve")] == ["eleve/essai"]


def test_wrong_token_is_refused_everywhere(hub, eleve):
    wrong = client(hub, "hf_faux")
    for ask in (wrong.whoami, lambda: wrong.repo_info("eleve/essai"), lambda: wrong.create_repo("x")):
        with pytest.raises(HfHubHTTPError) as raised:
            ask()
        assert "refuse ce jeton" in explain(raised.value) and "hf_faux" not in str(raised.value)


def test_token_without_the_right_and_name_of_another(hub, eleve):
    for api, name in ((client(hub, READ), "eleve/essai"), (client(hub, OTHER), "eleve/essai")):
        assert api.repo_info(name).sha
        for ask in (
            lambda api=api, name=name: push(api, b"deux", name),
            lambda api=api, name=name: api.delete_repo(name),
            lambda api=api: api.create_repo("eleve/nouveau"),
            lambda api=api, name=name: api.create_tag(name, tag="v"),
        ):
            with pytest.raises(HfHubHTTPError) as raised:
                ask()
            assert raised.value.response.status_code == 403 and "ce jeton n’en a pas le droit" in explain(raised.value)
    assert titles(eleve) == ["un", "initial commit"]


def test_gated_repository_opens_to_those_let_in(hub, eleve, read):
    eleve.update_repo_settings("eleve/essai", gated="manual")
    for token in (OTHER, False):
        with pytest.raises(GatedRepoError) as raised:
            read(client(hub, token), "config.json")
        assert "acceptez ses conditions" in explain(raised.value)
        assert client(hub, token).repo_info("eleve/essai").gated == "manual"
    with pytest.raises(GatedRepoError):
        client(hub, OTHER).auth_check("eleve/essai")
    eleve.grant_access("eleve/essai", "camille")
    assert read(client(hub, OTHER), "config.json") == b"un" == read(eleve, "config.json")


def test_deleted_repository_is_gone(eleve):
    eleve.delete_repo("eleve/essai")
    with pytest.raises(RepositoryNotFoundError):
        eleve.repo_info("eleve/essai")
    eleve.delete_repo("eleve/essai", missing_ok=True)
    eleve.create_repo("eleve/essai")
    assert titles(eleve) == ["initial commit"]


def test_creating_twice(eleve):
    with pytest.raises(HfHubHTTPError) as raised:
        eleve.create_repo("essai")
    assert explain(raised.value) == "cela existe déjà sur le Hub"
    assert eleve.create_repo("essai", exist_ok=True).repo_id == "eleve/essai"


@pytest.mark.parametrize("path", ["../dehors", "a/../../dehors", ".git/config"])
def test_path_that_leaves_the_repository(hub, path):
    repository = hub.store.create("models", "eleve/chemins", private=False)
    change = {"key": "file", "value": {"path": path, "content": "eA=="}}
    with pytest.raises(Refusal, match="Invalid path"):
        hub.store.commit(repository, "main", [change], "eleve", {"summary": "x"})


def test_commit_is_whole_or_not_at_all(eleve):
    operations = [CommitOperationAdd("bon.txt", b"x"), CommitOperationDelete("absent.txt")]
    with pytest.raises(HfHubHTTPError):
        eleve.create_commit("eleve/essai", operations, commit_message="moitié")
    assert "bon.txt" not in eleve.list_repo_files("eleve/essai")
    parent = eleve.repo_info("eleve/essai").sha
    push(eleve, b"deux")
    with pytest.raises(HfHubHTTPError) as raised:
        eleve.create_commit("eleve/essai", operations[:1], commit_message="trop tard", parent_commit=parent)
    assert "le dépôt a changé" in explain(raised.value) and titles(eleve)[0] == "deux"


def test_card_with_broken_metadata_is_refused(eleve):
    with pytest.raises(ValueError, match="Invalid metadata"):
        eleve.upload_file(path_or_fileobj=b"---\na: [\n---\n", path_in_repo="README.md", repo_id="eleve/essai")


def test_published_folder_is_read_only(tmp_path):
    with SmallHub(tmp_path / "hub", {WRITE: Token("google-bert")}, EMBEDDED) as small:
        api, name = client(small, WRITE), "google-bert/bert-base-uncased"
        path = Path(api.hf_hub_download(name, "config.json", cache_dir=tmp_path / "cache"))
        assert path.read_bytes() == (EMBEDDED / "models" / name / "config.json").read_bytes()
        with pytest.raises(HfHubHTTPError):
            push(api, b"x", name)
        with pytest.raises(HfHubHTTPError):
            api.delete_repo(name)


def test_started_again_on_the_same_folder(hub, eleve, read, tmp_path):
    eleve.create_tag("eleve/essai", tag="v1")
    push(eleve, b"deux")
    hub.stop()
    with SmallHub(tmp_path / "hub", TOKENS) as again:
        api = client(again, WRITE)
        assert titles(api) == ["deux", "un", "initial commit"]
        assert read(api, "config.json", "v1") == b"un" and read(api, "model.safetensors", "v1") == b"un" * 150_000


def test_part_of_a_file(hub, eleve):
    answer = get_session().get(f"{hub.address}/eleve/essai/resolve/main/config.json", headers={"Range": "bytes=1-"})
    assert (answer.status_code, answer.content, answer.headers["Content-Range"]) == (206, b"n", "bytes 1-1/2")


def test_content_that_is_not_the_one_announced(hub, eleve):
    oid = "0" * 64
    address = f"{hub.address}/upload/{oid}?signature="
    assert get_session().put(address + hub.place.sign(oid), content=b"x").status_code == 400
    assert get_session().put(address + "faux", content=b"x").status_code == 403
    assert hub.store.path(oid) is None and list(hub.store.folder.glob(".receiving*")) == []


def only(part, raised):
    """A hook that raises for the requests whose address holds a part."""

    def hook(request):
        if part in request.path:
            raise raised

    return hook


@pytest.mark.parametrize(
    ("part", "raised", "said"),
    [
        ("/upload/", Cut(request=100_000), "la connexion au Hub a été coupée"),
        ("/commit/", Cut(request=40), "la connexion au Hub a été coupée"),
        ("/preupload/", Cut(answer=10), "la connexion au Hub a été coupée"),
        ("/upload/", Refusal(503, "overloaded"), "le Hub est en panne (erreur 503)"),
        ("/commit/", Refusal(429, "slow down"), "le Hub demande de patienter"),
    ],
)
def test_cut_push_leaves_nothing_and_succeeds_again(hub, eleve, read, no_waiting, part, raised, said):
    hub.hook = only(part, raised)
    with pytest.raises(Exception) as error:
        push(eleve, b"deux")
    assert said in explain(error.value) and "\n" not in explain(error.value)
    hub.hook = None
    assert titles(eleve) == ["un", "initial commit"] and read(eleve, "config.json") == b"un"
    assert list(hub.store.folder.glob(".receiving*")) == []
    push(eleve, b"deux")
    assert titles(eleve)[0] == "deux" and read(eleve, "model.safetensors") == b"deux" * 75_000


def test_commit_whose_answer_is_lost_is_whole(hub, eleve, read):
    hub.hook = only("/commit/", Cut(answer=0))
    with pytest.raises(Exception) as error:
        push(eleve, b"deux")
    hub.hook = None
    assert "coupée" in explain(error.value) and titles(eleve)[0] == "deux"
    push(eleve, b"deux")
    assert len(titles(eleve)) == 3 and read(eleve, "config.json") == b"deux"


def test_hub_that_goes_away_and_comes_back(hub, eleve, no_waiting, tmp_path):
    hub.stop()
    with pytest.raises(Exception) as error:
        push(eleve, b"deux")
    assert explain(error.value).startswith("le Hub est injoignable")
    with SmallHub(tmp_path / "hub", TOKENS) as again:
        api = client(again, WRITE)
        push(api, b"deux")
        assert titles(api) == ["deux", "un", "initial commit"]


def test_slow_hub(hub, eleve, monkeypatch):
    """A client that waits gets its push; one that loses patience is told so, and what it pushed is there once."""
    free, done, commit = threading.Event(), threading.Event(), hub.store.commit

    def commit_and_say(*args):
        made = commit(*args)
        done.set()
        return made

    hub.hook = lambda request: free.wait(0.3) if "/commit/" in request.path else None
    push(eleve, b"deux")
    hub.hook = lambda request: free.wait(20) if "/commit/" in request.path else None
    monkeypatch.setattr(hub.store, "commit", commit_and_say)
    impatient = functools.partial(type(get_session()), timeout=1)
    set_client_factory(impatient)
    try:
        with pytest.raises(Exception) as error:
            push(eleve, b"trois")
    finally:
        set_client_factory(default_client_factory)
        free.set()
    assert explain(error.value).startswith("le Hub ne répond pas à temps") and done.wait(20)
    push(eleve, b"trois")
    assert titles(eleve) == ["trois", "deux", "un", "initial commit"]


def test_two_pushes_at_once_lose_nothing(eleve):
    def add(number):
        file = CommitOperationAdd(f"{number}.txt", b"x")
        return eleve.create_commit("eleve/essai", [file], commit_message=str(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(16)))
    assert {f"{number}.txt" for number in range(16)} <= set(eleve.list_repo_files("eleve/essai"))
    assert len(titles(eleve)) == 18


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "le disque est plein"),
        (ValueError("une ligne\net une autre"), "ValueError : une ligne"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
def test_other_errors_are_said_in_one_line(error, said):
    assert explain(error).startswith(said) and "\n" not in explain(error)
