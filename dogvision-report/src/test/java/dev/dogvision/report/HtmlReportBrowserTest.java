package dev.dogvision.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.browser.Chromium;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Labels;
import dev.dogvision.evaluate.Evaluation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens the report in a real browser. Skipped where there is no Chromium. */
class HtmlReportBrowserTest {
  @TempDir Path folder;

  @Test
  void the_report_opens_sorts_filters_and_shows_its_pictures() throws Exception {
    Optional<Path> program = Chromium.find();
    Assumptions.assumeTrue(program.isPresent(), "no Chromium on this machine");
    Evaluation evaluation = SampleReports.evaluation(Labels.of(SampleReports.BREEDS), 66, 13);
    Dataset photographs = SampleReports.photographs(evaluation, folder);
    Path file =
        HtmlReport.of(evaluation)
            .title("Dogs <b>& friends</b>")
            .examples(photographs)
            .curves(LearningCurves.of(SampleReports.curves()).chosenEpoch(4))
            .configuration(Map.of("epochs", "4"))
            .datasetReport(DatasetReport.of(photographs))
            .write(folder.resolve("report.html"));
    try (Chromium browser = new Chromium(program.get())) {
      browser.size(1280, 900);
      browser.colours("light");
      browser.open(file);

      assertThat(browser.evaluate("document.title")).isEqualTo("Dogs <b>& friends</b>");
      showsItsPictures(browser);
      isWalkedByKeyboard(browser);
      sorts(browser);
      filters(browser);
      followsTheReadersColours(browser);
      fitsAPhone(browser);
      screenshots(browser);

      assertThat(browser.complaints()).isEmpty();
      assertThat(browser.requests()).containsExactly(file.toUri().toString());
    }
  }

  private static void showsItsPictures(Chromium browser) throws Exception {
    assertThat(Integer.parseInt(browser.evaluate("document.images.length"))).isGreaterThan(20);
    assertThat(
            browser.evaluate(
                "Array.from(document.images).every(image => image.complete && image.naturalWidth > 0)"))
        .isEqualTo("true");
  }

  /** The first stop leads past the navigation; every stop after it shows where it is. */
  private static void isWalkedByKeyboard(Chromium browser) throws Exception {
    browser.press("Tab", 9, "\t");
    assertThat(browser.evaluate("document.activeElement.className")).isEqualTo("skip");
    assertThat(browser.evaluate("document.activeElement.getBoundingClientRect().left >= 0"))
        .isEqualTo("true");
    for (int stop = 0; stop < 14; stop++) {
      assertThat(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
          .as("outline of %s", browser.evaluate("document.activeElement.textContent"))
          .isEqualTo("solid");
      browser.press("Tab", 9, "\t");
    }
  }

  /**
   * Text and its background differ by 4.5 : 1 or more, as WCAG 2.2 asks of text of any size:
   * success criterion 1.4.3.
   */
  static void canBeRead(Chromium browser) throws Exception {
    String unreadable =
        browser.evaluate(
            """
            (() => {
              const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
              const luminance = ([r, g, b]) =>
                0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
              const numbers = color => color.match(/[\\d.]+/g).map(Number);
              const background = element => {
                for (let e = element; e; e = e.parentElement) {
                  const color = numbers(getComputedStyle(e).backgroundColor);
                  if (color.length < 4 || color[3] === 1) return color;
                }
                return [255, 255, 255];
              };
              const found = new Set();
              for (const e of document.querySelectorAll('body *')) {
                const text = Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim());
                if (!text || e.closest('script, svg title')) continue;
                const style = getComputedStyle(e);
                const ink = numbers(e.closest('svg') ? style.fill : style.color);
                const l = [luminance(ink), luminance(background(e))].sort((a, b) => b - a);
                const ratio = (l[0] + 0.05) / (l[1] + 0.05);
                if (ratio < 4.5) found.add(e.tagName + ' ' + e.className + ' ' + ratio.toFixed(2));
              }
              return Array.from(found).join('; ');
            })()
            """);
    assertThat(unreadable).isEmpty();
  }

  private static void sorts(Chromium browser) throws Exception {
    List<String> byName = names(browser);
    assertThat(byName).isSorted().hasSize(12);
    assertThat(sortOf(browser, "Breed")).isEqualTo("ascending");

    browser.evaluate("(" + button("Breed") + ").focus()");
    browser.press("Enter", 13, "\r");
    List<String> backwards = new ArrayList<>(byName);
    Collections.reverse(backwards);
    assertThat(names(browser)).isEqualTo(backwards);
    assertThat(sortOf(browser, "Breed")).isEqualTo("descending");

    browser.evaluate("(" + button("F1") + ").click()");
    assertThat(sortOf(browser, "F1")).isEqualTo("ascending");
    assertThat(sortOf(browser, "Breed")).isEqualTo("none");
    List<Double> ascending = numbers(browser, "f1");
    assertThat(ascending.subList(0, 11)).isSorted();

    browser.evaluate("(" + button("Recall") + ").click()");
    assertThat(names(browser)).last().isEqualTo("never shown");
    browser.evaluate("(" + button("Recall") + ").click()");
    assertThat(names(browser)).as("no number is last either way").last().isEqualTo("never shown");
    assertThat(sortOf(browser, "Recall")).isEqualTo("descending");
  }

  private static void filters(Chromium browser) throws Exception {
    assertThat(browser.evaluate("document.getElementById('breed-status').textContent"))
        .isEqualTo("12 of 12 breeds");
    browser.evaluate("document.getElementById('breed-search').focus()");
    browser.type("SETT er");
    assertThat(names(browser)).containsExactlyInAnyOrder("english setter", "irish setter");
    assertThat(browser.evaluate("document.getElementById('breed-status').textContent"))
        .isEqualTo("2 of 12 breeds");
    browser.type("xyz");
    assertThat(names(browser)).isEmpty();
    browser.evaluate(
        "(search => { search.value = ''; search.dispatchEvent(new Event('input')); })"
            + "(document.getElementById('breed-search'))");
    assertThat(names(browser)).hasSize(12);
  }

  private static void followsTheReadersColours(Chromium browser) throws Exception {
    String background = "getComputedStyle(document.body).backgroundColor";
    assertThat(browser.evaluate(background)).isEqualTo("rgb(255, 255, 255)");
    canBeRead(browser);
    browser.colours("dark");
    assertThat(browser.evaluate(background)).isEqualTo("rgb(13, 17, 23)");
    canBeRead(browser);
    browser.colours("light");
  }

  private static void fitsAPhone(Chromium browser) throws Exception {
    for (int width : new int[] {400, 390, 320}) {
      browser.size(width, 740);
      assertWhole(browser);
      assertThat(browser.evaluate("document.documentElement.scrollWidth <= " + width))
          .as("nothing is wider than a window of %s pixels", width)
          .isEqualTo("true");
    }
    browser.size(1280, 900);
  }

  @Test
  void drawings_of_many_breeds_and_epochs_stay_whole() throws Exception {
    Optional<Path> program = Chromium.find();
    Assumptions.assumeTrue(program.isPresent(), "no Chromium on this machine");
    Labels many =
        Labels.of(IntStream.range(0, 40).mapToObj(i -> "breed_of_many_" + (100 + i)).toList());
    Map<String, List<Double>> series = new LinkedHashMap<>();
    series.put("training loss", IntStream.range(0, 150).mapToObj(i -> 1e-7 * (150 - i)).toList());
    series.put("training accuracy", IntStream.range(0, 150).mapToObj(i -> 1 - 1e-4 * i).toList());
    series.put("first accuracy", List.of(1.0));
    Path file =
        HtmlReport.of(SampleReports.evaluation(many, 300, 13))
            .curves(LearningCurves.of(series).chosenEpoch(1))
            .write(folder.resolve("many.html"));
    try (Chromium browser = new Chromium(program.get())) {
      browser.open(file);
      for (int width : new int[] {1280, 390}) {
        browser.size(width, 800);
        assertWhole(browser);
      }
    }
  }

  /**
   * Nothing reaches beyond the window but what scrolls by itself, and no text of a drawing reaches
   * beyond the drawing or into another text.
   */
  static void assertWhole(Chromium browser) throws Exception {
    assertThat(
            browser.evaluate(
                """
                (() => {
                  const found = [];
                  const width = document.documentElement.clientWidth;
                  for (const e of document.querySelectorAll('body *')) {
                    if (e.closest('.scroll, nav, script, .skip')) continue;
                    const box = e.getBoundingClientRect();
                    if (box.width && box.right > width + 0.5) {
                      found.push(e.tagName + ' ' + e.getAttribute('class') + ' ends at ' + box.right);
                    }
                  }
                  for (const svg of document.querySelectorAll('svg')) {
                    const all = svg.getBoundingClientRect();
                    const texts = Array.from(svg.querySelectorAll('text'))
                      .map(t => [t.textContent, t.getBoundingClientRect()]);
                    for (const [text, box] of texts) {
                      if (box.left < all.left - 1 || box.right > all.right + 1
                          || box.top < all.top - 1 || box.bottom > all.bottom + 1) {
                        found.push(text + ' is cut off');
                      }
                    }
                    if (svg.classList.contains('confusion')) continue; // by the thousand
                    for (let i = 0; i < texts.length; i++) {
                      for (let j = 0; j < i; j++) {
                        const [a, b] = [texts[i][1], texts[j][1]];
                        // A line of text is higher than its letters.
                        const part = (a.bottom - a.top) / 5;
                        if (a.left < b.right && b.left < a.right
                            && a.top + part < b.bottom - part && b.top + part < a.bottom - part) {
                          found.push(texts[i][0] + ' lies on ' + texts[j][0]);
                        }
                      }
                    }
                  }
                  return found.join('; ');
                })()
                """))
        .isEmpty();
  }

  /** For people to look at: -Ddogvision.screenshots=folder. */
  private static void screenshots(Chromium browser) throws Exception {
    String to = System.getProperty("dogvision.screenshots");
    if (to != null) {
      browser.screenshot(Path.of(to, "light.png"));
      browser.colours("dark");
      browser.screenshot(Path.of(to, "dark.png"));
      browser.size(360, 740);
      browser.screenshot(Path.of(to, "phone.png"));
    }
  }

  private static String button(String column) {
    return "Array.from(document.querySelectorAll('#breed-table button')).find(b => b.textContent"
        + " === '"
        + column
        + "')";
  }

  private static String sortOf(Chromium browser, String column) throws Exception {
    return browser.evaluate("(" + button(column) + ").closest('th').getAttribute('aria-sort')");
  }

  private static List<String> names(Chromium browser) throws Exception {
    String text =
        browser.evaluate(
            "Array.from(document.querySelectorAll('#breed-table tbody tr'))"
                + ".filter(row => row.offsetParent !== null)"
                + ".map(row => row.cells[0].textContent).join('|')");
    return text.isEmpty() ? List.of() : List.of(text.split("\\|"));
  }

  private static List<Double> numbers(Chromium browser, String figure) throws Exception {
    String text =
        browser.evaluate(
            "Array.from(document.querySelectorAll('#breed-table [data-figure="
                + figure
                + "]')).map(cell => cell.dataset.value).filter(value => value).join('|')");
    return Arrays.stream(text.split("\\|")).map(Double::valueOf).toList();
  }
}
