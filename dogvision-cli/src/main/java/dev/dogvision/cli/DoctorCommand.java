package dev.dogvision.cli;

import com.google.common.base.Strings;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.dogvision.cli.Finding.Level;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is there to compute with, what is wrong, and what to do. */
@Command(
    name = "doctor",
    description = {
      "Looks at Java, the system, engines, native libraries, devices, models, caches and versions,"
          + " and says what is wrong and what to do.",
      "The exit code is 0 where nothing is wrong, 1 where something is."
    })
final class DoctorCommand extends Subcommand {
  @Option(names = "--json", description = "Writes all findings as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    List<Finding> findings = new ArrayList<>();
    // Told one by one: should a native library end the process, the last lines say which.
    new Doctor(Machine.here())
        .examine(
            finding -> {
              findings.add(finding);
              if (!json) {
                tell(finding);
              }
            });
    long wrong = findings.stream().filter(finding -> finding.level() == Level.WRONG).count();
    if (json) {
      out().json(json(findings, wrong));
    } else {
      out()
          .line(
              wrong == 0
                  ? "Nothing is wrong."
                  : wrong == 1 ? "One thing is wrong." : wrong + " things are wrong.");
    }
    return wrong == 0 ? ExitCode.DONE : ExitCode.SOME_FAILED;
  }

  private void tell(Finding finding) {
    out()
        .line(
            Strings.padEnd(finding.level().text(), 7, ' ')
                + Strings.padEnd(finding.topic(), 11, ' ')
                + finding.text());
    if (!finding.advice().isEmpty()) {
      out().line(" ".repeat(18) + "-> " + finding.advice());
    }
  }

  private static String json(List<Finding> findings, long wrong) {
    JsonObject object = new JsonObject();
    object.addProperty("fine", wrong == 0);
    JsonArray array = new JsonArray();
    for (Finding finding : findings) {
      JsonObject one = new JsonObject();
      one.addProperty("topic", finding.topic());
      one.addProperty("level", finding.level().text());
      one.addProperty("text", finding.text());
      one.addProperty("advice", finding.advice());
      array.add(one);
    }
    object.add("findings", array);
    return object.toString();
  }
}
