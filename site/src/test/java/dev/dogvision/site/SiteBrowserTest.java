package dev.dogvision.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dogvision.browser.Chromium;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The site from disk in a real browser; pictures of it are left in target/site-pictures. */
class SiteBrowserTest {
  private static final Path PICTURES = Path.of("target", "site-pictures");

  @TempDir static Path output;
  private static Chromium browser;

  @BeforeAll
  static void build() throws Exception {
    Optional<Path> program = Chromium.find();
    assumeTrue(
        program.isPresent(), "no chromium, chromium-browser or google-chrome is in the PATH");
    Site.read(Path.of("..").toAbsolutePath().normalize()).write(output);
    browser = new Chromium(program.get());
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void open() throws Exception {
    browser.size(1280, 900);
    browser.colours("light");
    browser.open(output.resolve("index.html"));
  }

  @Test
  void opens_from_disk_and_fetches_nothing_but_itself() throws Exception {
    assertThat(browser.evaluate("document.querySelector('h1').textContent")).isEqualTo("DogVision");
    browser.open(output.resolve("tutorial.html"));
    browser.screenshot(PICTURES.resolve("tutorial.png"));
    browser.open(output.resolve("pt-BR/tutorial.html"));

    assertThat(browser.requests()).isNotEmpty().allMatch(address -> address.startsWith("file:"));
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void a_search_finds_a_section_and_leads_to_it() throws Exception {
    browser.evaluate("document.getElementById('search').focus()");
    browser.type("near-duplicates split");
    browser.screenshot(PICTURES.resolve("search.png"));
    assertThat(browser.evaluate("document.querySelectorAll('#found a').length")).isNotEqualTo("0");
    assertThat(browser.evaluate("document.querySelector('#found mark') != null")).isEqualTo("true");

    browser.evaluate(
        "(() => { const box = document.getElementById('search'); box.value = 'boston_bull';"
            + " box.dispatchEvent(new Event('input')); })()");
    String address = browser.evaluate("document.querySelector('#found a').href");
    assertThat(address).contains("tutorial.html#");

    browser.evaluate(
        "(() => { const box = document.getElementById('search'); box.value = 'qwertzuiop';"
            + " box.dispatchEvent(new Event('input')); })()");
    assertThat(browser.evaluate("document.getElementById('found').textContent"))
        .isEqualTo("Nothing found");
  }

  @Test
  void a_search_knows_no_accents_and_puts_the_own_language_first() throws Exception {
    browser.open(output.resolve("pt-BR/index.html"));
    browser.evaluate(
        "(() => { const box = document.getElementById('search'); box.value = 'Parada ANTECIPADA';"
            + " box.dispatchEvent(new Event('input')); })()");
    assertThat(browser.evaluate("document.querySelector('#found a').href"))
        .contains("pt-BR/tutorial.html#");
    browser.evaluate(
        "(() => { const box = document.getElementById('search'); box.value = 'rotulos';"
            + " box.dispatchEvent(new Event('input')); })()");
    assertThat(browser.evaluate("document.querySelector('#found a').textContent"))
        .contains("rótulos");
  }

  @Test
  void is_dark_where_the_reader_is_and_can_be_switched() throws Exception {
    String paper = "getComputedStyle(document.body).backgroundColor";
    assertThat(browser.evaluate(paper)).isEqualTo("rgb(255, 255, 255)");
    browser.screenshot(PICTURES.resolve("light.png"));

    browser.colours("dark");
    assertThat(browser.evaluate(paper)).isEqualTo("rgb(20, 24, 28)");
    browser.screenshot(PICTURES.resolve("dark.png"));

    browser.evaluate("document.getElementById('colours').click()");
    assertThat(browser.evaluate(paper)).isEqualTo("rgb(255, 255, 255)");
    browser.open(output.resolve("guide.html"));
    assertThat(browser.evaluate("document.documentElement.dataset.colours")).isEqualTo("light");
    browser.evaluate("localStorage.clear()");
  }

  @Test
  void fits_a_phone_without_scrolling_sideways() throws Exception {
    browser.size(390, 844);
    for (String page :
        List.of(
            "index.html",
            "tutorial.html",
            "model-card.html",
            "troubleshooting.html",
            "pt-BR/tutorial.html",
            "how-to/few-pictures.html",
            "changelog.html")) {
      browser.open(output.resolve(page));
      assertThat(browser.evaluate("document.documentElement.scrollWidth"))
          .as(page)
          .isEqualTo("390");
      assertThat(browser.evaluate("document.getElementById('contents').open"))
          .as(page)
          .isEqualTo("false");
    }
    browser.open(output.resolve("tutorial.html"));
    browser.screenshot(PICTURES.resolve("phone.png"));
  }

  @Test
  void code_can_be_copied() throws Exception {
    assertThat(browser.evaluate("document.querySelector('pre button').textContent"))
        .isEqualTo("Copy");
    browser.evaluate("document.querySelector('pre button').click()");
    assertThat(browser.evaluate("document.querySelector('pre button').textContent"))
        .isEqualTo("Copied");
  }
}
