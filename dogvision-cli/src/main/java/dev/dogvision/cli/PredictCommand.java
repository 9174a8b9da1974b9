package dev.dogvision.cli;

import com.google.common.base.Strings;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.dogvision.DogVisionException;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Labelled;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Breeds of pictures. */
@Command(
    name = "predict",
    description = {
      "Tells the breeds of pictures, one line a picture, as they come.",
      "A picture that can't be read is told and the others go on; the exit code is then 1."
    })
final class PredictCommand extends Subcommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "PICTURE",
      description =
          "Pictures, folders of pictures (with the folders in them; hidden files and what is no"
              + " picture are passed over), or - for a picture on standard input.")
  private List<String> pictures;

  @Mixin private GivenModel model;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "How many breeds to tell of each picture; ${DEFAULT-VALUE} unless given.",
      defaultValue = "3")
  private int top;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "A file to write a table to; it is put in place when all pictures are done.")
  private @Nullable Path csv;

  @Option(
      names = "--json",
      description = "Writes a JSON object for each picture, one a line, instead of a table.")
  private boolean json;

  private int done;
  private int unsure;
  private int failed;
  private int columns;
  private boolean read = true;

  @Override
  public Integer call() {
    if (top < 1) {
      throw mistake("--top must be at least 1, got " + top);
    }
    GivenPictures given = new GivenPictures(pictures);
    try (Predictor predictor = model.open();
        TableFile table = csv == null ? null : TableFile.open(csv, header(predictor))) {
      int width =
          predictor.model().labels().names().stream().mapToInt(String::length).max().orElse(0);
      try {
        for (Labelled<Prediction> one : predictor.stream(given)) {
          tell(one, width, table);
          if (interruption().happened()) {
            throw interrupted(table, null);
          }
        }
      } catch (DogVisionException e) {
        if (interruption().happened()) {
          throw interrupted(table, e);
        }
        throw e;
      }
      if (table != null) {
        errors().println(table.finish() + ": " + count(done + failed, "picture"));
      }
    }
    conclude(given);
    return failed > 0 ? ExitCode.SOME_FAILED : ExitCode.DONE;
  }

  private void tell(Labelled<Prediction> one, int width, @Nullable TableFile table) {
    UnreadableImageException problem = one.problem().orElse(null);
    Prediction prediction = problem == null ? one.value() : null;
    if (prediction == null) {
      failed++;
    } else {
      done++;
      unsure += prediction.isUnsure() ? 1 : 0;
    }
    if (table != null) {
      table.row(row(one.name(), prediction, problem));
    }
    if (!read) {
      return;
    }
    try {
      if (json) {
        out().json(json(one.name(), prediction, problem));
      } else if (prediction == null) {
        errors().println(message(one.name(), problem));
      } else {
        out().line(line(one.name(), prediction, width));
      }
    } catch (BrokenPipeException e) {
      if (table == null) {
        throw e;
      }
      read = false; // the file is wanted all the same
    }
  }

  private String line(String name, Prediction prediction, int width) {
    StringBuilder line = new StringBuilder(Strings.padEnd(name, 32, ' '));
    for (Classification breed : prediction.top(top)) {
      line.append(
          String.format(
              Locale.ROOT,
              "  %5.1f %% %s",
              100 * breed.probability(),
              Strings.padEnd(breed.label(), width, ' ')));
    }
    if (prediction.isUnsure()) {
      line.append("  unsure");
    }
    return line.toString().stripTrailing();
  }

  private String json(
      String name, @Nullable Prediction prediction, @Nullable UnreadableImageException problem) {
    if (prediction == null) {
      JsonObject failure = new JsonObject();
      failure.addProperty("file", name);
      failure.addProperty("error", message(name, problem));
      return failure.toString();
    }
    return "{\"file\":" + new JsonPrimitive(name) + "," + prediction.toJson(top).substring(1);
  }

  private List<String> header(Predictor predictor) {
    List<String> header = new ArrayList<>(List.of("file", "unsure"));
    for (int rank = 1; rank <= Math.min(top, predictor.model().labels().size()); rank++) {
      header.add("breed_" + rank);
      header.add("probability_" + rank);
    }
    header.add("error");
    columns = header.size();
    return header;
  }

  private List<Object> row(
      String name, @Nullable Prediction prediction, @Nullable UnreadableImageException problem) {
    List<Object> row = new ArrayList<>(List.of(name));
    if (prediction == null) {
      row.addAll(Collections.nCopies(columns - 2, ""));
      row.add(message(name, problem));
      return row;
    }
    row.add(prediction.isUnsure());
    for (Classification breed : prediction.top(top)) {
      row.add(breed.label());
      row.add((float) breed.probability());
    }
    row.add("");
    return row;
  }

  private static String message(String name, @Nullable UnreadableImageException problem) {
    String message = String.valueOf(problem == null ? null : problem.getMessage());
    return message.contains(name) ? message : name + ": " + message;
  }

  private void conclude(GivenPictures given) {
    given
        .unreadableFolders()
        .forEach((folder, why) -> errors().println(folder + " can't be read: " + why));
    failed += given.unreadableFolders().size();
    if (given.passedOver() > 0) {
      errors().println(count(given.passedOver(), "file") + " passed over: hidden, or no picture");
    }
    if (unsure > 0 && !json) {
      errors()
          .println(
              "unsure of "
                  + count(unsure, "picture")
                  + " of "
                  + done
                  + ": no dog may be on them, or none that the model knows");
    }
    if (failed > 0 && !json) {
      errors().println(failed + " of " + (done + failed) + " could not be read");
    }
    if (done + failed == 0) {
      errors().println("no pictures there");
    }
  }

  private InterruptedWorkException interrupted(
      @Nullable TableFile table, @Nullable Throwable cause) {
    return new InterruptedWorkException(
        "Interrupted after "
            + count(done + failed, "picture")
            + (table == null ? "." : "; their rows are in " + table.unfinished() + "."),
        cause);
  }

  static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
