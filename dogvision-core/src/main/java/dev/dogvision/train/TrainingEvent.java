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
   * The run begins; the first event.
   *
   * @param model what the run starts from
   * @param training the training data
   * @param validation the validation data; empty without
   * @param phases the phases to come
   * @param settings every setting by name, for people
   * @param resumedAfter the last epoch that a resumed run had finished; empty for a new run
   */
  record RunStarted(
      TransferModel model,
      Dataset training,
      Optional<Dataset> validation,
      List<Phase> phases,
      Map<String, String> settings,
      OptionalInt resumedAfter)
      implements TrainingEvent {
    /** Copies the collections, keeping the settings' order. */
    public RunStarted {
      phases = List.copyOf(phases);
      settings = ImmutableMap.copyOf(settings);
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
   * @param result its figures
   * @param best whether it is the best so far by the metric of early stopping; always true without
   *     early stopping
   */
  record EpochFinished(EpochResult result, boolean best) implements TrainingEvent {}

  /**
   * A checkpoint was written whole.
   *
   * @param folder where
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
   * listeners have been told.
   *
   * @param failure what {@code fit} is going to throw
   */
  record RunFailed(Throwable failure) implements TrainingEvent {}

  /**
   * The run is over; the last event of a run that did not fail.
   *
   * @param run what {@code fit} is going to return
   */
  record RunFinished(TrainingRun run) implements TrainingEvent {}
}
