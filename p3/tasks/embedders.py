"""The embedding models of a data tree: what passages are embedded with, and questions after them."""

from p3.data.models import ModelStore
from p3.retrieval.embedding import Embedder, load
from p3.workflow.session import Session


def open_embedder(session: Session, model: str, threads: int = 1) -> Embedder:
    """Return the model of that name or path, ready to run on up to ``threads`` cores."""
    return load(model, ModelStore(session.store.directories), session.notes.append, threads)


def question_embedder(session: Session) -> Embedder:
    """Return the model that made the index's vectors, whichever the settings name; theirs where nothing is indexed."""
    index = session.store.index
    model = session.settings.embedding.model if index.is_empty() else index.model()
    return session.shared("question embedder", lambda: open_embedder(session, model))
