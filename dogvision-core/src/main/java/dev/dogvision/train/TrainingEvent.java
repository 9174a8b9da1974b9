package dev.dogvision.train;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.data.Dataset;
import dev.dogvision.model.TransferModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Something that happened in a run. Immutable. */
public sealed interface TrainingEvent {

  /**
   * The run begins, or goes on; the first event.
   *
   * @param runName what the run is called: date and time to the millisecond when it was begun. A
   *     run that is resumed or continued keeps its name, so that files of one run stay together
   * @param model what the run starts from
   * @param training the training data
   * @param validation the validation data; empty without
   * @param phases the phases to come
   * @param settings every setting by name, for people
   * @param metrics what every epoch will have, in the order of {@link EpochOutcome#values()}
   * @param resumedAfter the last epoch that a resumed or continued run had finished; empty for a
   *     new run
   * @param batchesBefore how many batches the run has trained on in those epochs; 0 for a new run
   */
  record RunStarted(
      String runName,
      TransferModel model,
      Dataset training,
      Optional<Dataset> validation,
      List<Phase> phases,
      Map<String, String> settings,
      List<Metric> metrics,
      OptionalInt resumedAfter,
      long batchesBefore)
      implements TrainingEvent {
    /** Copies the collections, keeping the settings' order. */
    public RunStarted {
      phases = List.copyOf(phases);
      settings = ImmutableMap.copyOf(settings);
      metrics = List.copyOf(metrics);
    }
  }

  /**
   * A phase begins.
   *
   * @param phase which
   * @param index its place among the phases, from 0
   */
  record PhaseStarted(Phase phase, int index) implements TrainingEvent {}

  /**
   * Images went through the part of the network that does not change, once for the whole phase.
   *
   * @param what what is computed: {@code embeddings}, {@code activations}, {@code teacher}
   * @param done how many images are done
   * @param total how many there are
   */
  record CacheProgress(String what, int done, int total) implements TrainingEvent {}

  /**
   * An epoch begins.
   *
   * @param epoch which epoch of the run, from 1
   * @param lastEpoch the last epoch that the run can reach
   * @param batches how many batches it has
   */
  record EpochStarted(int epoch, int lastEpoch, int batches) implements TrainingEvent {}

  /**
   * A batch was trained on.
   *
   * @param epoch the epoch, from 1
   * @param batch which batch of the epoch, from 1
   * @param batches how many there are
   * @param images how many images the batch has
   * @param loss the mean loss of its images
   * @param learningRate the head's learning rate
   * @param gradientNorm the norm of all gradients before clipping; NaN for a batch that no update
   *     followed, which happens when gradients are accumulated
   */
  record BatchFinished(
      int epoch,
      int batch,
      int batches,
      int images,
      double loss,
      double learningRate,
      double gradientNorm)
      implements TrainingEvent {}

  /**
   * An epoch was trained and validated.
   *
   * @param outcome its figures, and the validation predictions
   * @param best whether it is the best so far by the metric of early stopping; always true without
   *     early stopping
   */
  record EpochFinished(EpochOutcome outcome, boolean best) implements TrainingEvent {}

  /**
   * A checkpoint was written whole.
   *
   * @param folder the folder of all checkpoints of the run, as {@link Trainer#resume} takes it
   * @param epoch after which epoch, from 1
   */
  record CheckpointWritten(Path folder, int epoch) implements TrainingEvent {}

  /**
   * Something worth knowing that is not an error: caches that do not fit in memory, a checkpoint
   * that was skipped since it is damaged.
   *
   * @param message what
   */
  record Notice(String message) implements TrainingEvent {}

  /**
   * The run failed; the last event of a run that did. {@code fit} throws the failure once all
   * listeners have been told. A run that diverged fails with a {@link DivergedException}.
   *
   * @param failure what {@code fit} is going to throw
   */
  record RunFailed(Throwable failure) implements TrainingEvent {}

  /**
   * The run is over; the last event of a run that did not fail.
   *
   * @param run what {@code fit} is going to return; {@link TrainingRun#end()} says why it ended
   */
  record RunFinished(TrainingRun run) implements TrainingEvent {}
}
