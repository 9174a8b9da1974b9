package dev.dogvision.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.browser.Chromium;
import dev.dogvision.data.Correction;
import dev.dogvision.data.Corrections;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decides on the page in a real browser, by keyboard. Skipped where there is no Chromium. */
class LabelCleanerBrowserTest {
  private static final String SHOWN = "document.querySelector('article:not([hidden])')";

  @TempDir private Path folder;

  @Test
  void a_person_decides_by_keyboard_and_takes_the_corrections_along() throws Exception {
    Optional<Path> program = Chromium.find();
    Assumptions.assumeTrue(program.isPresent(), "no Chromium on this machine");
    Dataset photographs =
        SampleSuspects.photographs()
            .corrected(Corrections.of(List.of(Correction.keep("photo-12", "<b>chow</b>"))));
    DatasetReport report = SampleSuspects.report(photographs);
    Path page = LabelCleaner.of(report).write(folder.resolve("suspects.html"));
    Path downloads = folder.resolve("downloads");
    try (Chromium browser = new Chromium(program.get())) {
      browser.downloads(downloads);
      browser.size(1280, 900);
      browser.colours("light");
      browser.open(page);

      List<Correction> decided = decides(browser, report);
      outlivesAReload(browser, page);
      press(browser, "s");
      Path file = Chromium.downloaded(downloads, "corrections.csv");
      assertThat(Corrections.read(file).all()).containsExactlyElementsOf(decided);
      assertThat(Files.readString(file))
          .as("the page writes what the library writes")
          .isEqualTo(
              Files.readString(Corrections.of(decided).write(folder.resolve("expected.csv"))));
      assertThat(photographs.corrected(Corrections.read(file)).summary().dropped())
          .containsExactly("photo-22");
      undoes(browser);
      helps(browser);
      looksWell(browser);

      assertThat(browser.complaints()).isEmpty();
      assertThat(browser.requests().stream().filter(one -> !one.startsWith("blob:")))
          .containsOnly(page.toUri().toString());
    }
  }

  /** A page without an origin has no storage: to ask for it is an exception. */
  @Test
  void a_browser_that_keeps_nothing_says_so_and_decides_all_the_same() throws Exception {
    Optional<Path> program = Chromium.find();
    Assumptions.assumeTrue(program.isPresent(), "no Chromium on this machine");
    String html =
        LabelCleaner.of(SampleSuspects.report(SampleSuspects.photographs())).atMost(3).toHtml();
    String encoded = Base64.getEncoder().encodeToString(html.getBytes(StandardCharsets.UTF_8));
    try (Chromium browser = new Chromium(program.get())) {
      browser.open(URI.create("data:text/html;base64," + encoded));

      assertThat(text(browser, "#storage")).startsWith("This browser keeps nothing");
      press(browser, "k");
      browser.evaluate(
          "document.body.dispatchEvent("
              + "new KeyboardEvent('keydown', {key: 'k', repeat: true, bubbles: true}))");
      press(browser, "d");
      assertThat(text(browser, "#progress"))
          .as("a key that is held down decides once")
          .isEqualTo("2 of 3 decided");
      assertThat(browser.evaluate("document.getElementById('text').value"))
          .isEqualTo("id,action,label\nphoto-21,keep,\"'+pug\"\nphoto-23,drop,\n");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  /** Every kind of decision, on the thirteen photographs of the page. */
  private static List<Correction> decides(Chromium browser, DatasetReport report) throws Exception {
    List<Correction> decided = new ArrayList<>(report.dataset().corrections().all());
    assertThat(text(browser, "#progress")).isEqualTo("0 of 13 decided");
    // The first two are one file under two labels.
    press(browser, "k");
    decided.add(Correction.keep("photo-21", "+pug"));
    assertThat(text(browser, "#status")).isEqualTo("Kept as +pug. 1 of 13 decided.");
    assertThat(text(browser, "article:not([hidden]) h2")).startsWith("2 of 13");
    assertThat(browser.evaluate("document.activeElement.tagName")).isEqualTo("ARTICLE");
    press(browser, "r");
    decided.add(Correction.relabel("photo-23", "+pug"));
    List<DatasetReport.Suspect> suspects = report.suspects();
    for (int i = 0; i < suspects.size(); i++) {
      DatasetReport.Suspect suspect = suspects.get(i);
      switch (i) {
        case 0 -> { // any other label: typed and completed
          press(browser, "l");
          browser.type("RETR");
          assertThat(text(browser, "#labels li[aria-selected=true]")).isEqualTo("golden_retriever");
          browser.press("Enter", 13, "\r");
          decided.add(Correction.relabel(suspect.id(), "golden_retriever"));
        }
        case 1 -> { // chosen with the arrows
          press(browser, "l");
          browser.press("ArrowDown", 40, "");
          browser.press("ArrowDown", 40, "");
          browser.press("ArrowDown", 40, "");
          browser.press("Enter", 13, "\r");
          decided.add(Correction.relabel(suspect.id(), "irish \"red\" setter"));
        }
        case 2 -> { // a label that nobody has yet
          press(browser, "l");
          browser.type("=Pekin\"gese <i>");
          assertThat(text(browser, "#labels li[aria-selected=true]"))
              .isEqualTo("new label =Pekin\"gese <i>");
          browser.press("Enter", 13, "\r");
          decided.add(Correction.newLabel(suspect.id(), "=Pekin\"gese <i>"));
        }
        case 3 -> { // thought better of
          press(browser, "l");
          browser.type("kdu");
          browser.press("Escape", 27, "");
          press(browser, "k");
          decided.add(Correction.keep(suspect.id(), suspect.label()));
        }
        default -> {
          press(browser, i % 2 == 0 ? "r" : "k");
          decided.add(
              i % 2 == 0
                  ? Correction.relabel(suspect.id(), suspect.suggestion())
                  : Correction.keep(suspect.id(), suspect.label()));
        }
      }
    }
    press(browser, "d");
    decided.add(Correction.drop("photo-22"));
    assertThat(text(browser, "#progress")).isEqualTo("13 of 13 decided");
    assertThat(text(browser, "#status")).endsWith("Nothing is left: download corrections.csv.");
    assertThat(browser.evaluate("document.activeElement.id")).isEqualTo("save");
    return decided;
  }

  private static void outlivesAReload(Chromium browser, Path page) throws Exception {
    String before = browser.evaluate("document.getElementById('text').value");
    browser.open(page);
    assertThat(text(browser, "#progress")).isEqualTo("13 of 13 decided");
    assertThat(browser.evaluate("document.getElementById('text').value")).isEqualTo(before);
    assertThat(text(browser, "#storage")).startsWith("This browser keeps your decisions");
  }

  private static void undoes(Chromium browser) throws Exception {
    press(browser, "u");
    assertThat(text(browser, "#progress")).isEqualTo("12 of 13 decided");
    press(browser, "d");
    assertThat(text(browser, "#progress")).isEqualTo("13 of 13 decided");
    press(browser, "u");
    press(browser, "n");
    browser.press("ArrowRight", 39, "");
    assertThat(text(browser, "article:not([hidden]) h2")).startsWith("3 of 13");
    browser.press("ArrowLeft", 37, "");
    assertThat(text(browser, "article:not([hidden]) h2")).startsWith("2 of 13");
  }

  private static void helps(Chromium browser) throws Exception {
    press(browser, "?");
    assertThat(browser.evaluate("document.getElementById('help').open")).isEqualTo("true");
    press(browser, "d");
    assertThat(text(browser, "#progress")).as("keys rest").isEqualTo("12 of 13 decided");
    press(browser, "?");
    assertThat(browser.evaluate("document.getElementById('help').open")).isEqualTo("false");
  }

  private static void looksWell(Chromium browser) throws Exception {
    assertThat(
            browser.evaluate(
                "Array.from(document.images).every(image => image.complete"
                    + " && image.naturalWidth > 0)"))
        .isEqualTo("true");
    assertThat(
            browser.evaluate(
                "Array.from(document.querySelectorAll('button, a, input')).filter(e =>"
                    + " !(e.textContent.trim() || e.labels && e.labels.length)).length"))
        .as("all that can be used has a name")
        .isEqualTo("0");
    for (String scheme : List.of("light", "dark")) {
      browser.colours(scheme);
      HtmlReportBrowserTest.canBeRead(browser);
    }
    press(browser, "l");
    for (int width : new int[] {400, 320}) {
      browser.size(width, 740);
      assertThat(browser.evaluate("document.documentElement.scrollWidth <= " + width))
          .as("nothing is wider than a window of %s pixels", width)
          .isEqualTo("true");
    }
    browser.press("Escape", 27, "");
    assertThat(browser.evaluate(SHOWN + " === document.activeElement")).isEqualTo("true");
  }

  private static void press(Chromium browser, String key) throws Exception {
    browser.press(key, key.equals("?") ? 191 : key.toUpperCase(Locale.ROOT).charAt(0), key);
  }

  private static String text(Chromium browser, String selector) throws Exception {
    return browser.evaluate("document.querySelector('" + selector + "').textContent");
  }
}
