"""The cache by weight: what was used last stays, whatever it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from inroads_api.execution.weighed_cache import WeighedCache


def test_the_least_recently_used_leaves() -> None:
    """Values of any weight, up to so many bytes in all; a heavier one again takes the place of others."""
    cache = WeighedCache(100)
    cache.keep("a", "text", 40)
    cache.keep(("b", 1), 5, 40)
    assert cache.find("a") == "text"
    cache.keep("c", [], 40)
    assert [cache.find(key) for key in ("a", ("b", 1), "c")] == ["text", None, []]
    cache.keep("c", [1], 70)
    assert [cache.find(key) for key in ("a", "c")] == [None, [1]]
    assert (len(cache), cache.weight) == (1, 70)


def test_too_heavy() -> None:
    """A value that is heavier than the cache is not kept, and its old weight does not stay."""
    cache = WeighedCache(100)
    cache.keep("a", 1, 10)
    cache.keep("a", 1, 101)
    assert (cache.find("a"), len(cache), cache.weight) == (None, 0, 0)


def test_dropping() -> None:
    """A key is dropped, or all keys that have ended."""
    cache = WeighedCache(100)
    for number in range(5):
        cache.keep(number, str(number), 10)
    cache.drop(4)
    cache.drop("unknown")
    cache.drop_where(lambda key: key in (0, 1))
    assert [cache.find(number) for number in range(5)] == [None, None, "2", "3", None]
    assert cache.weight == 20


def test_threads() -> None:
    """The weight stays within the bound while threads use the cache."""
    cache = WeighedCache(1_000)

    def use(seed: int) -> bool:
        for number in range(500):
            cache.keep((seed * number) % 97, number, 1 + number % 90)
            cache.find(number % 97)
        return cache.weight <= 1_000

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(use, range(4)))
