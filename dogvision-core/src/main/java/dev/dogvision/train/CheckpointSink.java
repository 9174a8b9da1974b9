package dev.dogvision.train;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a run's state goes after every epoch. */
interface CheckpointSink {

  /** Whether anything is kept. */
  boolean isOn();

  /** The folder of the last checkpoint written, or null if there is none. */
  @Nullable Path last();

  /** Keeps the state. */
  void write(RunState state, EventDispatcher dispatcher);

  /** Keeps nothing. */
  CheckpointSink NONE =
      new CheckpointSink() {
        @Override
        public boolean isOn() {
          return false;
        }

        @Override
        public @Nullable Path last() {
          return null;
        }

        @Override
        public void write(RunState state, EventDispatcher dispatcher) {}
      };
}
