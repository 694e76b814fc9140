"""What each slice takes of a program pack: how it reads its records, how it takes what is new."""

from portal.councils import load as councils
from portal.faq import load as faq
from portal.library import demo as demo_library
from portal.library import load as library
from portal.mdf import load as mdf
from portal.registry import load as registry
from portal.store.pack import RecordKind
from portal.store.program import Loader

RECORDS: tuple[RecordKind, ...] = (*councils.RECORDS, *library.RECORDS, *mdf.RECORDS)
DEMO_RECORDS: tuple[RecordKind, ...] = demo_library.RECORDS
# In this order: what comes later may name what was loaded before.
LOADERS: dict[str, Loader] = {
    **registry.LOADERS,
    **faq.LOADERS,
    **councils.LOADERS,
    **library.LOADERS,
    **mdf.LOADERS,
}
