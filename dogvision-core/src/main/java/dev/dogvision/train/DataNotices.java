package dev.dogvision.train;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.Split;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.model.BreedStatistics;
import dev.dogvision.model.TransferModel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What may be meant, and is worth a word before a run begins. */
final class DataNotices {
  private DataNotices() {}

  /**
   * Looks at what a run is about to use.
   *
   * @param validation the validation data, or null
   * @return what to tell, in plain words; empty where all is usual
   */
  static List<String> of(TransferModel model, Dataset training, @Nullable Dataset validation) {
    Set<String> told = new LinkedHashSet<>(model.notices());
    told.addAll(training.summary().notices());
    if (validation != null) {
      told.addAll(validation.summary().notices());
    }
    List<String> notices = new ArrayList<>(told);
    Set<String> untrained = new TreeSet<>(model.labels().names());
    training.forEach(example -> untrained.remove(Objects.toString(example.label())));
    BreedStatistics known = model.remembered().orElse(null);
    for (int i = 0; known != null && i < known.labels().size(); i++) {
      if (known.photographs(i) > 0) {
        untrained.remove(known.labels().get(i));
      }
    }
    if (!untrained.isEmpty()) {
      notices.add(
          String.format(
              Locale.ROOT,
              "%s no training photograph, so the model can't learn %s: %s",
              untrained.size() == 1 ? "1 label has" : untrained.size() + " labels have",
              untrained.size() == 1 ? "it" : "them",
              Excerpt.names(untrained)));
    }
    if (validation != null) {
      Set<String> unmeasured = new TreeSet<>(model.labels().names());
      validation.forEach(example -> unmeasured.remove(Objects.toString(example.label())));
      unmeasured.removeAll(untrained);
      if (!unmeasured.isEmpty()) {
        notices.add(
            String.format(
                Locale.ROOT,
                "%s no validation photograph, so nothing is known of how well %s found: %s",
                unmeasured.size() == 1 ? "1 label has" : unmeasured.size() + " labels have",
                unmeasured.size() == 1 ? "it is" : "they are",
                Excerpt.names(unmeasured)));
      }
      List<String> both =
          Split.of(training, validation).leaks().stream()
              .map(
                  leak ->
                      leak.id().equals(leak.otherId())
                          ? leak.id()
                          : leak.id() + " = " + leak.otherId())
              .toList();
      if (!both.isEmpty()) {
        notices.add(
            String.format(
                Locale.ROOT,
                "%s in the training data as well as in the validation data, which flatters the"
                    + " figures: %s",
                both.size() == 1 ? "1 photograph is" : both.size() + " photographs are",
                Excerpt.names(both)));
      }
    }
    return notices;
  }
}
