"""The page in a real browser: Chromium, driven by Selenium. Skipped where either is missing."""

from __future__ import annotations

import json
import shutil
import time

import pytest

from conflict_extract.deliver.service import ServiceOptions
from conflict_extract.deliver.viewer import page
from tests.deliver.sample import TEXT, sample_report
from tests.deliver.serving import Server

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed (extra browser)")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")), reason="chromium and chromedriver are not installed"
    ),
]
By = pytest.importorskip("selenium.webdriver.common.by").By
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
support = pytest.importorskip("selenium.webdriver.support.ui")
ARTICLE = (
    "The governor of Orlova said on Monday that at least 12 people had been killed <img src=x onerror=alert(1)>.\n\n"
    "The rebels denied the claim. “We hit only a depot,” their spokesman Ilya Maren told reporters."
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    driver.set_window_size(1200, 900)
    yield driver
    driver.quit()


@pytest.fixture
def quiet(browser):
    """Fails when the page wrote an error to the console or asked any other host than this one."""
    browser.get_log("browser"), browser.get_log("performance")
    yield
    assert [entry["message"] for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            assert url.startswith(("http://127.0.0.1:", "file:", "data:")), url


def find(browser, selector):
    return browser.find_elements(By.CSS_SELECTOR, selector)


@pytest.fixture
def saved(browser, tmp_path, quiet):
    path = tmp_path / "page.html"
    path.write_text(page(sample_report()), encoding="utf-8")
    browser.get(path.as_uri())


def test_clicking_a_claim_marks_its_words(browser, saved):
    find(browser, "#claim-c1 .what")[0].click()
    assert "".join(node.text for node in find(browser, ".text .on")).startswith("Ilya Maren")
    assert "on" in find(browser, "#claim-c1")[0].get_attribute("class")


def test_clicking_words_marks_their_claim(browser, saved):
    find(browser, ".text .cue[data-claims~='c2']")[0].click()
    assert "on" in find(browser, "#claim-c2")[0].get_attribute("class").split()


def test_filters_hide_claims_and_their_arcs(browser, saved):
    assert len(find(browser, ".arcs path")) == 2
    support.Select(find(browser, "select[name=act]")[0]).select_by_value("denial")
    assert [card.get_attribute("data-id") for card in find(browser, ".claim") if card.is_displayed()] == ["c2"]
    assert find(browser, ".arcs path") == [] and find(browser, "output")[0].text == "1 of 3"
    support.Select(find(browser, "select[name=act]")[0]).select_by_value("")
    assert len(find(browser, ".arcs path")) == 2


@pytest.mark.parametrize(
    ("field", "value", "left"),
    [
        ("actor", "Ilya Maren", ["c1", "c2"]),  # who says c1, and the target of c2
        ("actor", "Vesta News", ["c1"]),
        ("actor", "rebels", ["c2", "c3"]),
        ("event", "killing", ["c1", "c3"]),
    ],
)
def test_filters_by_actor_and_event(browser, saved, field, value, left):
    support.Select(find(browser, f"select[name={field}]")[0]).select_by_value(value)
    assert [card.get_attribute("data-id") for card in find(browser, ".claim") if card.is_displayed()] == left


def test_words_and_keyboard(browser, saved):
    find(browser, "input[name=words]")[0].send_keys("goma")
    assert [card.get_attribute("data-id") for card in find(browser, ".claim") if card.is_displayed()] == ["c1"]
    find(browser, "input[name=words]")[0].clear()
    browser.execute_script(
        "document.querySelector('.filters').words.value=''; document.querySelector('.filters').dispatchEvent(new Event('input'))"
    )
    body = find(browser, "body")[0]
    browser.execute_script("document.activeElement.blur()")
    body.send_keys("j")
    body.send_keys("j")
    assert browser.switch_to.active_element.get_attribute("data-id") == "c2"
    browser.switch_to.active_element.send_keys(Keys.CONTROL, "k")
    assert browser.switch_to.active_element.get_attribute("data-id") == "c2", "the browser's own keys are left to it"
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert find(browser, ".on") == []


def test_fits_a_phone(browser, saved):
    browser.set_window_size(500, 900)
    try:
        width = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1]
    finally:
        browser.set_window_size(1200, 900)


def copies(report, count):
    """The report's article so many times over, with the claims of each copy at its own words."""

    def move(value, number):
        if isinstance(value, dict):
            shifted = {"start", "end", "text"} == value.keys()
            return {
                key: item + number * (len(TEXT) + 2) if shifted and key != "text"
                else f"{item}x{number}" if key in ("id", "key", "parent", "from_", "from", "to") and isinstance(item, str)
                else move(item, number)
                for key, item in value.items()
            }  # fmt: skip
        return [move(item, number) for item in value] if isinstance(value, list) else value

    dump = report.model_dump(mode="json")
    for field in ("claims", "links"):
        dump[field] = [item for number in range(count) for item in move(dump[field], number)]
    for field in ("actors", "places", "quantities", "times"):
        for item in dump[field]:
            if "mentions" in item:
                item["mentions"] = [span for number in range(count) for span in move(item["mentions"], number)]
    dump["text"] = "\n\n".join([TEXT] * count)
    return type(report).model_validate(dump)


def test_a_hundred_claims_render_within_a_second(browser, tmp_path, quiet):
    """From the request to the end of the page's script and the first paint after it: 102 claims, 68 links, 34 articles' words."""
    report = copies(sample_report(), 34)
    path = tmp_path / "big.html"
    began = time.perf_counter()
    path.write_text(page(report), encoding="utf-8")
    assert time.perf_counter() - began < 1.0
    browser.get(path.as_uri())
    shown = browser.execute_async_script(
        "const done = arguments[0]; requestAnimationFrame(() => setTimeout(() => "
        "done([performance.getEntriesByType('navigation')[0].loadEventEnd, "
        "performance.getEntriesByType('paint').map((p) => p.startTime)].flat(2)), 0))"
    )
    assert len(find(browser, ".claim")) == 102 and len(find(browser, ".arcs path")) == 68
    assert len(find(browser, ".text [data-claims]")) > 102
    assert max(shown) < 1000, shown


@pytest.fixture
def media(browser):
    """Sets the media that the page is shown for."""

    def choose(**features):
        values = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": values})

    yield choose
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def ground(browser):
    return browser.execute_script("return getComputedStyle(document.body).backgroundColor")


def test_follows_the_colour_scheme_and_prints_on_white(browser, saved, media):
    media(prefers_color_scheme="light")
    assert ground(browser) == "rgb(255, 255, 255)"
    media(prefers_color_scheme="dark")
    assert ground(browser) == "rgb(22, 24, 27)"
    scheme = "return getComputedStyle(document.body).colorScheme"
    assert browser.execute_script(scheme) == "light dark", (
        "or the browser's own parts stay light: scrollbars, the date's calendar"
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    )
    assert ground(browser) == "rgb(255, 255, 255)"
    assert not find(browser, ".filters")[0].is_displayed() and find(browser, "#claim-c3 .what")[0].is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_the_article_stays_in_sight_beside_long_lists_of_claims(browser, tmp_path, quiet):
    path = tmp_path / "long.html"
    path.write_text(page(copies(sample_report(), 10)), encoding="utf-8")
    browser.get(path.as_uri())
    find(browser, "#claim-c2x9 .what")[0].click()
    on = find(browser, ".text .cue.on")
    assert [node.text for node in on] == ["denied"]
    places = browser.execute_script(
        "return [...document.querySelectorAll('.text .cue.on, #claim-c2x9')].map((n) => n.getBoundingClientRect().top)"
    )
    assert all(0 <= top <= 900 for top in places), places


def test_paste_extract_read(browser, quiet):
    wait = support.WebDriverWait(browser, 30)
    with Server(ServiceOptions(workers=1)) as server:
        browser.get(server.url)
        find(browser, "textarea")[0].send_keys(ARTICLE)
        browser.execute_script("document.querySelector('[name=date]').value = '2024-03-18'")
        find(browser, "button")[0].click()
        wait.until(lambda driver: find(driver, ".claim"))
        assert find(browser, ".text")[0].text.split() == ARTICLE.split()
        assert find(browser, ".text img") == []
        assert any("rebels" in card.text and "denial" in card.text for card in find(browser, ".claim"))
        find(browser, ".claim")[0].click()
        assert find(browser, ".text .on")
        browser.get(server.url + "/docs")
        assert "POST /v1/extract" in find(browser, "body")[0].text
