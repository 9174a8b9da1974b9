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
   * Opens the engine, loading native code where there is any. Called at most once for a provider.
   *
   * @return the engine
   * @throws dev.dogvision.DogVisionException if it can't be loaded here, saying why and what to do
   */
  Engine open();
}
