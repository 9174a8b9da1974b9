package dev.dogvision.spi;

/**
 * How an engine is found: a {@link java.util.ServiceLoader} service. An implementation does nothing
 * heavy before {@link #open()}.
 */
public interface EngineProvider {

  /**
   * The engine's name.
   *
   * @return for example {@code PyTorch through DJL}
   */
  String name();

  /**
   * Whether the engine can train. One that can't is never asked for {@link Engine#openTrainable}.
   *
   * @return true unless overridden
   */
  default boolean trains() {
    return true;
  }

  /**
   * Whether the engine opens published modules, see {@link EmbeddingModule}. One that does not is
   * never given a plan that holds one.
   *
   * @return false unless overridden
   */
  default boolean opensModules() {
    return false;
  }

  /**
   * How well suited the engine is to predict, beside others. The highest rank is asked first;
   * engines of the same rank, and all for training, in the order of their names.
   *
   * @return 0 unless overridden
   */
  default int predictionRank() {
    return 0;
  }

  /**
   * Opens the engine, loading native code where there is any. Called again only if it failed.
   *
   * @return the engine
   * @throws dev.dogvision.DogVisionException if it can't be loaded here, saying why and what to do
   */
  Engine open();
}
