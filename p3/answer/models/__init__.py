"""Language models behind one small interface: tiers of GGUF files run in process and of OpenAI-compatible servers.

`config` is common/config/models.toml, `complexity` the score that chooses a tier, `tiers` the routing and the fallback,
`pool` the load and health of each backend, `watch` the thread that looks after servers, `llama` and `server` the
backends, `gguf` the files of the one, `wire` the protocol and `deadline` the patience with the other.
"""

from p3.answer.models.protocol import LanguageModel

__all__ = ["LanguageModel"]
