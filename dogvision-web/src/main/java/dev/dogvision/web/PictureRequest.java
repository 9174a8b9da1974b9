package dev.dogvision.web;

import static java.util.Objects.requireNonNull;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A picture that somebody sends, as any web framework has it.
 *
 * @param body the picture's file; read to its end or to the limit, not closed
 * @param length how many bytes the request announces, -1 where it does not say
 * @param query the URL's part after the question mark, such as {@code top=3&explain=true}; null
 *     where there is none
 * @param acceptLanguage the header {@code Accept-Language}; null where there is none
 */
public record PictureRequest(
    InputStream body, long length, @Nullable String query, @Nullable String acceptLanguage) {

  /** Checks that there is a body. */
  public PictureRequest {
    requireNonNull(body, "body");
  }
}
