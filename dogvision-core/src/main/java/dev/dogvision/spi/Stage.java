package dev.dogvision.spi;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * A run of convolutions that is frozen or trained as one: the stem, an inverted residual block, or
 * the last convolution.
 *
 * @param name the stage's name, for example {@code features.17}
 * @param convolutions the convolutions in order, at least one
 * @param residual whether the stage's input is added to its output
 */
public record Stage(String name, List<Convolution> convolutions, boolean residual) {

  /** Checks that each convolution takes what the one before it gives. */
  public Stage {
    convolutions = List.copyOf(convolutions);
    checkArgument(!convolutions.isEmpty(), "%s has no convolution", name);
    for (int i = 1; i < convolutions.size(); i++) {
      checkArgument(
          convolutions.get(i).inputChannels() == convolutions.get(i - 1).outputChannels(),
          "%s takes %s channels, but %s before it gives %s",
          convolutions.get(i).name(),
          convolutions.get(i).inputChannels(),
          convolutions.get(i - 1).name(),
          convolutions.get(i - 1).outputChannels());
    }
    checkArgument(
        !residual
            || convolutions.get(0).inputChannels()
                == convolutions.get(convolutions.size() - 1).outputChannels(),
        "%s adds its input to its output, but their channels differ",
        name);
  }

  /**
   * Channels that enter the stage.
   *
   * @return the first convolution's input channels
   */
  public int inputChannels() {
    return convolutions.get(0).inputChannels();
  }

  /**
   * Channels that leave the stage.
   *
   * @return the last convolution's output channels
   */
  public int outputChannels() {
    return convolutions.get(convolutions.size() - 1).outputChannels();
  }

  /**
   * The side of the feature map that leaves the stage.
   *
   * @param inputSize the side of the one that enters
   * @return the side after all convolutions
   */
  public int outputSize(int inputSize) {
    int size = inputSize;
    for (Convolution convolution : convolutions) {
      size = convolution.outputSize(size);
    }
    return size;
  }
}
