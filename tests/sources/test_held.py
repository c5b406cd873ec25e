"""Documents in memory: values that programs hold, and what stands for a missing one."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import ChainMap
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from campaigns import me, member
from inroads import load
from inroads.errors import InroadsError

OLD, NEW = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (1, 2))
ME = me(1, member(10, "owner", 1, "A"))


@pytest.mark.parametrize("nothing", [math.nan, np.float64("nan"), math.inf, pd.NA, pd.NaT])
@pytest.mark.parametrize("wrap", [lambda each: each, lambda each: [each], lambda each: [[each]]])
def test_a_missing_value_ends_nothing(nothing: Any, wrap: Callable[[Any], Any]) -> None:
    """A frame holds NaN where a document has no such key; as null it would end the memberships."""
    later = {**ME, "business_memberships": wrap(nothing)}
    graph = load(
        {"observed_at": OLD, "document": ME}, {"observed_at": NEW, "document": later, "source": "x"}
    )
    assert [each.code for each in graph.rejections] == ["not_json"]
    assert len(graph.reach("i1@example.com")) == 2


@pytest.mark.parametrize(
    "held",
    [
        "\ufeff" + json.dumps(ME),
        bytearray(json.dumps(ME).encode()),
        memoryview(json.dumps(ME).encode()),
        [bytearray(json.dumps(ME).encode())],
        MappingProxyType(ME),
        [ChainMap(ME, {})],
        {"document": MappingProxyType(ME), "source": "s", "observed_at": pd.Timestamp(OLD)},
        pa.array([json.dumps(ME)]),
        pa.chunked_array([[json.dumps(ME).encode()]]),
        pd.Series([json.dumps(ME)], dtype=pd.ArrowDtype(pa.string())),
    ],
)
def test_each_is_a_document(held: Any) -> None:
    """Text after a byte order mark, buffers, mappings and columns of Arrow are documents."""
    graph = load(held)
    assert graph.rejections == ()
    assert len(graph.reach("i1@example.com")) == 2


def test_a_moment_without_a_zone() -> None:
    """Nobody can say when it was, so it is refused with a code, as a text is."""
    naive = dt.datetime(2026, 1, 1)  # noqa: DTZ001  # the very thing that is refused
    for more in ({"observed_at": naive}, {"as_of": naive}, {"as_of": "2026-01-01"}):
        with pytest.raises(InroadsError) as error:
            load(ME, **more)
        assert error.value.code == "BAD_MOMENT"


def test_an_array_without_a_dimension() -> None:
    with pytest.raises(InroadsError) as error:
        load(np.array(5))
    assert error.value.code == "BAD_DOCUMENTS"
