package dev.dogvision.web;

import com.google.common.collect.ImmutableMap;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a web framework sends back.
 *
 * @param status HTTP's, such as 200
 * @param contentType {@code application/json}, or {@code application/problem+json} where the status
 *     is 400 or above
 * @param headers further headers, such as {@code Retry-After}
 * @param body JSON
 */
public record Answer(int status, String contentType, Map<String, String> headers, String body) {

  /** Copies the headers. */
  public Answer {
    headers = ImmutableMap.copyOf(headers);
  }

  /**
   * The body as it is sent.
   *
   * @return UTF-8
   */
  public byte[] bytes() {
    return body.getBytes(StandardCharsets.UTF_8);
  }
}
