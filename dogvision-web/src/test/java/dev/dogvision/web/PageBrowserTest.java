package dev.dogvision.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.browser.Chromium;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Predictor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The page in a real browser, with the embedded model. Skipped where there is no Chromium. */
class PageBrowserTest {
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  /** Waits until an expression is true. */
  private static void await(Chromium browser, String condition) throws Exception {
    String outcome =
        browser.await(
            """
            new Promise(done => {
              const end = Date.now() + 60000;
              const look = () => {
                if (%s) done('seen');
                else if (Date.now() > end) done('never seen, status: ' + document.getElementById('status').textContent);
                else setTimeout(look, 20);
              };
              look();
            })
            """
                .formatted(condition));
    assertThat(outcome).as(condition).isEqualTo("seen");
  }

  /** Gives the page a file in one of the ways in which people do. */
  private static void give(Chromium browser, String way, byte[] file, String name, String type)
      throws Exception {
    browser.evaluate(
        """
        (() => {
          const bytes = Uint8Array.from(atob('%s'), c => c.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], '%s', { type: '%s' }));
          %s
        })()
        """
            .formatted(
                Base64.getEncoder().encodeToString(file),
                name,
                type,
                switch (way) {
                  case "drop" ->
                      "document.body.dispatchEvent(new DragEvent('drop',"
                          + " { dataTransfer: data, bubbles: true, cancelable: true }));";
                  case "paste" ->
                      "document.body.dispatchEvent(new ClipboardEvent('paste',"
                          + " { clipboardData: data, bubbles: true }));";
                  default ->
                      "const field = document.getElementById('"
                          + way
                          + "');"
                          + " field.files = data.files;"
                          + " field.dispatchEvent(new Event('change'));";
                }));
  }

  private static String newest(String selector) {
    return "document.querySelector('article " + selector + "')";
  }

  @Test
  void a_picture_is_dropped_pasted_chosen_and_photographed_and_its_breeds_are_seen()
      throws Exception {
    Optional<Path> program = Chromium.find();
    Assumptions.assumeTrue(program.isPresent(), "no Chromium on this machine");
    try (Predictor predictor = Predictor.of(TrainedModel.pretrained("fast"));
        PageServer server =
            PageServer.builder(
                    PredictionService.builder(predictor).largestPicture(1_500_000).build())
                .port(0)
                .start();
        Chromium browser = new Chromium(program.get())) {
      browser.size(1280, 900);
      browser.colours("light");
      browser.open(server.uri());
      await(browser, "document.getElementById('model').textContent.includes('breeds')");

      int answers = 0;
      for (String way : new String[] {"drop", "paste", "choose", "camera"}) {
        give(browser, way, Pictures.drawn("png", 640, 400), way + ".png", "image/png");
        answers++;
        await(browser, "document.querySelectorAll('article').length === " + answers);
        assertThat(browser.evaluate(newest("figcaption") + ".textContent")).isEqualTo(way + ".png");
        assertThat(
                browser.evaluate(
                    "document.querySelector('article').querySelectorAll('.breeds li').length"))
            .isEqualTo("5");
        assertThat(browser.evaluate("document.getElementById('status').textContent"))
            .startsWith(way + ".png: ");
      }
      barsAreOfOneScale(browser);
      looksAtWhatTheModelLookedAt(browser);
      saysThatItIsNotSure(browser);
      isWalkedByKeyboard(browser);
      makesLargePhotographsSmaller(browser);
      turnsPhonesPhotographsUpright(browser);
      tellsWhatIsNoPicture(browser);
      canBeReadInAllColours(browser);
      fitsAPhone(browser);

      // the one complaint is the browser's own, about the answer to the text file
      assertThat(browser.complaints())
          .hasSize(1)
          .allSatisfy(one -> assertThat(one).contains("415"));
      assertThat(browser.requests())
          .allSatisfy(
              request ->
                  assertThat(request)
                      .matches(
                          one ->
                              one.startsWith(server.uri().toString()) || one.startsWith("blob:")));
    }
  }

  private static void barsAreOfOneScale(Chromium browser) throws Exception {
    assertThat(
            browser.evaluate(
                """
                Array.from(document.querySelectorAll('article .breeds li')).every(item => {
                  const bar = item.querySelector('.bar').getBoundingClientRect();
                  const filled = item.querySelector('.bar span').getBoundingClientRect();
                  const text = item.querySelector('.percent').textContent;
                  const percent = text.startsWith('<') ? 0.25 : parseFloat(text);
                  return Math.abs(100 * filled.width / bar.width - percent) < 1;
                })
                """))
        .isEqualTo("true");
  }

  private static void looksAtWhatTheModelLookedAt(Chromium browser) throws Exception {
    assertThat(browser.evaluate(newest("canvas") + ".hidden")).isEqualTo("true");
    browser.evaluate(newest(".looked") + ".focus()");
    browser.press("Enter", 13, "\r");
    assertThat(browser.evaluate(newest("canvas") + ".hidden")).isEqualTo("false");
    assertThat(browser.evaluate(newest(".looked") + ".getAttribute('aria-pressed')"))
        .isEqualTo("true");
    assertThat(
            browser.evaluate(
                """
                (() => {
                  const canvas = document.querySelector('article canvas');
                  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                  let strongest = 0;
                  for (let i = 3; i < data.length; i += 4) strongest = Math.max(strongest, data[i]);
                  const shown = canvas.getBoundingClientRect();
                  const image = document.querySelector('article img').getBoundingClientRect();
                  return strongest > 150 && Math.abs(shown.width - image.width) < 1
                    && Math.abs(shown.height - image.height) < 1;
                })()
                """))
        .isEqualTo("true");
  }

  /** The drawing is no dog of any breed, and the model says so, hence the page. */
  private static void saysThatItIsNotSure(Chromium browser) throws Exception {
    String title = browser.evaluate(newest("h2") + ".textContent");
    assertThat(browser.evaluate(newest(".doubts") + " ? 'doubts' : 'none'")).isEqualTo("doubts");
    if (title.equals("Not sure")) {
      assertThat(browser.evaluate(newest(".doubts") + ".children.length")).isEqualTo("1");
      assertThat(browser.evaluate(newest(".doubts") + ".textContent")).contains("no dog");
    }
  }

  private static void isWalkedByKeyboard(Chromium browser) throws Exception {
    browser.evaluate("(document.activeElement.blur(), getSelection().removeAllRanges(), 1)");
    browser.evaluate("document.getElementById('choose').focus()");
    assertThat(
            browser.evaluate(
                "(() => { const field = document.getElementById('choose'); return"
                    + " document.activeElement === field && field.tabIndex === 0"
                    + " && field.labels[0].textContent.length > 0; })()"))
        .isEqualTo("true");
    browser.press("Tab", 9, "\t");
    browser.press("Tab", 9, "\t");
    assertThat(browser.evaluate("document.activeElement.className")).isEqualTo("looked");
    assertThat(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
        .isEqualTo("solid");
  }

  /** It has more bytes than the server takes, and turns up all the same. */
  private static void makesLargePhotographsSmaller(Chromium browser) throws Exception {
    browser.evaluate(
        """
        (() => {
          const canvas = document.createElement('canvas');
          canvas.width = 2600;
          canvas.height = 2000;
          const context = canvas.getContext('2d');
          for (let y = 0; y < 2000; y += 8) {
            for (let x = 0; x < 2600; x += 8) {
              context.fillStyle = 'rgb(' + (x * 7 + y * 3) % 256 + ',' + (x + y * 5) % 256 + ',' + (x * y) % 256 + ')';
              context.fillRect(x, y, 8, 8);
            }
          }
          canvas.toBlob(blob => {
            window.sent = blob.size;
            const data = new DataTransfer();
            data.items.add(new File([blob], 'large.png', { type: 'image/png' }));
            document.body.dispatchEvent(new DragEvent('drop',
              { dataTransfer: data, bubbles: true, cancelable: true }));
          }, 'image/png');
        })()
        """);
    await(browser, newest("figcaption") + ".textContent === 'large.png'");
    assertThat(Long.parseLong(browser.evaluate("window.sent"))).isPositive();
  }

  /** What is sent is what is shown: smaller, and upright once. */
  private static void turnsPhonesPhotographsUpright(Chromium browser) throws Exception {
    byte[] photograph = Pictures.onItsSide(1800, 1200);
    assertThat(photograph.length).isGreaterThan(1 << 20);
    assertThat(ImageDecoder.standard().decode(ImageSource.of("phone.jpg", photograph)).height())
        .isEqualTo(1800);
    give(browser, "camera", photograph, "phone.jpg", "image/jpeg");
    await(browser, newest("figcaption") + ".textContent === 'phone.jpg'");
    await(browser, newest("img") + ".complete");
    assertThat(browser.evaluate(newest("img") + ".naturalWidth")).isEqualTo("1067");
    assertThat(browser.evaluate(newest("img") + ".naturalHeight")).isEqualTo("1600");
  }

  private static void tellsWhatIsNoPicture(Chromium browser) throws Exception {
    give(browser, "drop", "Teo".getBytes(StandardCharsets.UTF_8), "notes.txt", "text/plain");
    await(browser, newest("figcaption") + ".textContent === 'notes.txt'");
    assertThat(browser.evaluate(newest("h2") + ".textContent"))
        .isEqualTo("Not a picture that can be read here");
    assertThat(browser.evaluate(newest(".said p") + ".textContent"))
        .isEqualTo("JPEG, PNG, GIF, BMP and WebP are read, and this is none of them.");
    browser.evaluate(
        "document.body.dispatchEvent(new DragEvent('drop',"
            + " { dataTransfer: new DataTransfer(), bubbles: true, cancelable: true }))");
    assertThat(browser.evaluate("document.getElementById('status').textContent"))
        .startsWith("There was no picture in that.");
  }

  /** As WCAG 2.2 asks of text of any size: 4.5 : 1, success criterion 1.4.3. */
  private static void canBeReadInAllColours(Chromium browser) throws Exception {
    for (String scheme : new String[] {"light", "dark"}) {
      browser.colours(scheme);
      assertThat(
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
                    const found = [];
                    for (const e of document.querySelectorAll('body *')) {
                      if (!Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim())) continue;
                      const l = [luminance(numbers(getComputedStyle(e).color)), luminance(background(e))]
                        .sort((a, b) => b - a);
                      const ratio = (l[0] + 0.05) / (l[1] + 0.05);
                      if (ratio < 4.5) found.push(e.tagName + ' ' + e.className + ' ' + ratio.toFixed(2));
                    }
                    return found.join('; ');
                  })()
                  """))
          .as(scheme)
          .isEmpty();
      browser.screenshot(SCREENSHOTS.resolve("page-" + scheme + ".png"));
    }
  }

  private static void fitsAPhone(Chromium browser) throws Exception {
    browser.size(360, 740);
    assertThat(browser.evaluate("document.documentElement.scrollWidth <= 360")).isEqualTo("true");
    browser.screenshot(SCREENSHOTS.resolve("page-phone.png"));
  }

  @Test
  void a_busy_server_is_told_of_tried_again_and_answers_in_the_end() throws Exception {
    Optional<Path> program = Chromium.find();
    Assumptions.assumeTrue(program.isPresent(), "no Chromium on this machine");
    try (Predictor predictor = Predictor.of(TrainedModel.pretrained("fast"));
        PageServer server =
            PageServer.builder(new BusyAtFirst(predictor).predictor()).port(0).start();
        Chromium browser = new Chromium(program.get())) {
      browser.open(server.uri());
      await(browser, "document.getElementById('model').textContent.includes('breeds')");
      give(browser, "drop", Pictures.drawn("png", 300, 300), "teo.png", "image/png");
      await(
          browser,
          "document.getElementById('status').textContent.startsWith('The server is busy.')");
      await(browser, "document.querySelectorAll('article .breeds li').length === 5");

      // Too often busy: it is said, and can be tried again by hand.
      give(browser, "drop", Pictures.drawn("png", 310, 300), "ben.png", "image/png");
      await(browser, newest("figcaption") + ".textContent === 'ben.png'");
      assertThat(browser.evaluate(newest("h2") + ".textContent")).isEqualTo("The server is busy");
      browser.evaluate(newest(".again") + ".click()");
      await(
          browser,
          newest("figcaption")
              + ".textContent === 'ben.png' && "
              + newest(".breeds li")
              + " != null");
    }
  }
}
