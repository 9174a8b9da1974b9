package dev.dogvision.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import dev.dogvision.data.Correction;
import dev.dogvision.data.Corrections;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.data.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelCleanerTest {
  @TempDir private Path folder;

  private static Document page(LabelCleaner cleaner) {
    return Jsoup.parse(cleaner.toHtml());
  }

  @Test
  void shows_suspects_of_every_kind_the_strongest_first_beside_what_they_resemble() {
    Dataset photographs = SampleSuspects.photographs();
    DatasetReport report = SampleSuspects.report(photographs);

    Document page = page(LabelCleaner.of(report));

    assertThat(page.select("article h2").eachText())
        .startsWith("1 of 13: one file under two labels", "2 of 13: one file under two labels")
        .contains("3 of 13: doubted label", "13 of 13: file that cannot be read");
    assertThat(page.select("#found").text())
        .isEqualTo("2 files under two labels, 10 doubted labels, 1 file that cannot be read.");
    Element doubted = page.select("article").get(2);
    DatasetReport.Suspect suspect = report.suspects().get(0);
    assertThat(doubted.select(".subject img")).hasSize(1);
    assertThat(doubted.select(".given").text())
        .isEqualTo("labelled " + TextDrawing.readable(suspect.label()));
    assertThat(doubted.text())
        .contains(
            "gives this label "
                + TextDrawing.percent(suspect.labelProbability()).replace('\u00a0', ' '));
    assertThat(doubted.select(".row h3").eachText())
        .containsExactly(
            "Most alike of " + TextDrawing.readable(suspect.label()),
            "Most alike of " + TextDrawing.readable(suspect.suggestion()));
    assertThat(doubted.select(".row img")).hasSize(8);
    assertThat(page.select("article").get(0).text()).contains("The same file").contains("photo-23");
    assertThat(page.select("article").last().text())
        .contains("This file cannot be read: ")
        .contains("photo-22");
    assertThat(page.select("img"))
        .allSatisfy(
            image -> {
              assertThat(image.attr("src")).startsWith("data:image/jpeg;base64,");
              assertThat(image.attr("alt")).isNotBlank();
            });
  }

  @Test
  void nothing_that_ids_and_labels_hold_becomes_part_of_the_page() {
    Document page = page(LabelCleaner.of(SampleSuspects.report(SampleSuspects.photographs())));

    assertThat(page.select("script").eachAttr("type")).containsExactly("application/json");
    assertThat(page.select("script")).hasSize(2);
    assertThat(page.select("b, [src=x]")).isEmpty();
    for (Element element : page.getAllElements()) {
      for (Attribute attribute : element.attributes()) {
        assertThat(attribute.getKey()).doesNotStartWith("on").isNotEqualTo("style");
        assertThat(attribute.getValue()).doesNotStartWith("javascript:");
      }
    }
    assertThat(page.select("meta[http-equiv=Content-Security-Policy]").attr("content"))
        .startsWith("default-src 'none'; img-src data:;")
        .doesNotContain("unsafe");
  }

  @Test
  void says_what_is_left_out_of_a_page_that_is_bounded() {
    DatasetReport report = SampleSuspects.report(SampleSuspects.photographs());

    Document page = page(LabelCleaner.of(report).atMost(5).title("Five <of> them"));

    assertThat(page.select("article")).hasSize(5);
    assertThat(page.title()).isEqualTo("Five <of> them");
    assertThat(page.select("#found").text())
        .isEqualTo(
            "2 files under two labels, 3 doubted labels. Left out of this page, as weaker"
                + " suspicions: 7 doubted labels, 1 file that cannot be read.");
  }

  @Test
  void does_not_ask_again_what_somebody_has_decided() {
    Dataset photographs = SampleSuspects.photographs();
    Dataset decided =
        photographs.corrected(
            Corrections.of(
                List.of(
                    Correction.keep(
                        SampleSuspects.HOSTILE_IDS.get(0), SampleSuspects.LABELS.name(0)),
                    new Correction("photo-22", Correction.Action.KEEP, null),
                    Correction.drop("photo-23"))));

    Document page = page(LabelCleaner.of(SampleSuspects.report(decided)));

    assertThat(page.select("#found").text())
        .isEqualTo(
            "9 doubted labels. 3 earlier decisions are in the corrections already and not asked"
                + " again.");
    assertThat(page.select("script#data").html())
        .contains("\"earlier\":[{\"id\":\"\\u003cimg src\\u003dx onerror\\u003dalert(1)\\u003e\"");
  }

  @Test
  void asks_about_leaks_of_a_split() {
    Dataset photographs = SampleSuspects.photographs();
    Dataset train = photographs.filter(example -> !example.id().equals("photo-23"));
    Dataset validation = photographs.filter(example -> example.id().equals("photo-23"));

    Document page =
        page(LabelCleaner.of(DatasetReport.of(photographs)).split(Split.of(train, validation)));

    assertThat(page.select("article h2").eachText())
        .contains("2 of 3: one file under two labels, leak");
    assertThat(page.select(".row h3").eachText())
        .contains("Of the validation part, and also of the training part");
  }

  @Test
  void a_clean_data_set_leaves_nothing_to_decide() {
    Dataset photographs = SampleSuspects.photographs();
    Dataset clean = photographs.filter(example -> example.id().compareTo("photo-2") < 0);

    Document page = page(LabelCleaner.of(DatasetReport.of(clean)));

    assertThat(page.select("article, script, dialog")).isEmpty();
    assertThat(page.select("#found").text()).isEqualTo("Nothing is left to decide about.");
  }

  @Test
  void photographs_without_labels_can_be_kept_or_dropped() {
    Dataset unlabelled =
        Dataset.of(
            SampleSuspects.photographs().examples().stream()
                .map(example -> new Example(example.id(), example.image(), null))
                .toList());

    Document page = page(LabelCleaner.of(DatasetReport.of(unlabelled)));

    assertThat(page.select("article h2").eachText())
        .containsExactly("1 of 2: file that cannot be read", "2 of 2: copy");
    assertThat(page.select("script#data").html()).contains("\"labels\":[]");
  }

  @Test
  void the_report_links_to_the_page() {
    Dataset photographs = SampleSuspects.photographs();
    HtmlReport report =
        HtmlReport.of(SampleReports.evaluation(SampleSuspects.LABELS, 20, 1))
            .datasetReport(SampleSuspects.report(photographs));

    Document linked = Jsoup.parse(report.suspectsPage("suspects of \"May\".html").toHtml());

    assertThat(linked.select("main a[href]").eachAttr("href"))
        .containsExactly("suspects%20of%20%22May%22.html");
    assertThat(Jsoup.parse(report.toHtml()).select("main a[href]")).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> report.suspectsPage("javascript:alert(1)"))
        .withMessage(
            "suspectsPage must be the name of a file beside the report, got 'javascript:alert(1)'");
  }

  @Test
  void should_fail_if_an_argument_is_wrong_or_the_page_cannot_be_written() throws Exception {
    LabelCleaner cleaner = LabelCleaner.of(SampleSuspects.report(SampleSuspects.photographs()));
    Path taken = Files.writeString(folder.resolve("taken"), "x");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> cleaner.atMost(0))
        .withMessage("atMost must be at least 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cleaner.title(" "))
        .withMessage("title must not be blank");
    assertThatThrownBy(() -> cleaner.write(taken.resolve("suspects.html")))
        .isInstanceOf(DogVisionException.class)
        .hasMessageStartingWith("Cannot write the page " + taken.resolve("suspects.html"));
  }
}
