package dev.dogvision.spi;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A frozen backbone that is not data but a module of an engine's own, found by its URL: a picture
 * goes in, its embedding comes out, and what is between is known to the engine alone. It is code,
 * so nobody but a user who names its URL may have one opened.
 *
 * @param url where it is published, for example {@code djl://ai.djl.pytorch/resnet18_embedding}
 * @param sha256 the hash of the module's file, 64 hexadecimal digits
 * @param embeddingSize how many numbers it gives for a picture, 1..65,536
 */
public record EmbeddingModule(String url, String sha256, int embeddingSize) {
  private static final int LARGEST = 65_536;

  /** Checks the values. */
  public EmbeddingModule {
    checkArgument(!url.isBlank(), "url is empty");
    checkArgument(
        sha256.matches("[0-9a-f]{64}"),
        "sha256 must be 64 hexadecimal digits in lower case, got \"%s\"",
        sha256);
    checkArgument(
        embeddingSize >= 1 && embeddingSize <= LARGEST,
        "embeddingSize must be in 1..%s, got %s",
        LARGEST,
        embeddingSize);
  }
}
