"""The page in a real browser: Chromium, driven by Selenium. Skipped where either is missing."""

from __future__ import annotations

import json
import shutil

import pytest

from conflict_extract.deliver.service import ServiceOptions
from conflict_extract.deliver.viewer import page
from tests.deliver.sample import sample_report
from tests.deliver.serving import Server

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed (extra browser)")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")), reason="chromium and chromedriver are not installed"
    ),
]
By = pytest.importorskip("selenium.webdriver.common.by").By
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


def test_fits_a_phone(browser, saved):
    browser.set_window_size(500, 900)
    try:
        width = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1]
    finally:
        browser.set_window_size(1200, 900)


def test_a_hundred_claims_render_within_a_second(browser, tmp_path, quiet):
    report = sample_report()
    claims = tuple(
        claim.model_copy(update={"id": f"{claim.id}{n}", "key": f"{claim.key}{n}"}) for n in range(34) for claim in report.claims
    )
    links = tuple(
        link.model_copy(update={"from_": f"{link.from_}{n}", "to": f"{link.to}{n}"}) for n in range(34) for link in report.links
    )
    path = tmp_path / "big.html"
    path.write_text(page(report.model_copy(update={"claims": claims, "links": links})), encoding="utf-8")
    browser.get(path.as_uri())
    timing = browser.execute_script(
        "const t = performance.getEntriesByType('navigation')[0]; return t.loadEventEnd - t.startTime"
    )
    assert len(find(browser, ".claim")) == 102 and timing < 1000


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
