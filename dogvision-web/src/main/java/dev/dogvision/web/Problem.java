package dev.dogvision.web;

import com.google.gson.JsonObject;
import java.util.Map;

/** Why there is no prediction, for programs and for people: RFC 9457. */
enum Problem {
  BAD_REQUEST(400, "The request can't be understood"),
  NOT_FOUND(404, "There is nothing here"),
  METHOD_NOT_ALLOWED(405, "This can't be asked in that way"),
  TOO_LARGE(413, "The picture is too large"),
  FORMAT_NOT_READ(415, "Not a picture of a format that is read"),
  UNREADABLE(422, "The picture can't be read"),
  OVERLOADED(429, "The server is busy"),
  FAILED(500, "Something went wrong in the server"),
  UNAVAILABLE(503, "The server can't answer now");

  /** Of which the end says what the problem is. */
  static final String TYPE = "urn:problem-type:dogvision:";

  private final int status;
  private final String title;

  Problem(int status, String title) {
    this.status = status;
    this.title = title;
  }

  Answer answer(String detail) {
    return answer(detail, Map.of());
  }

  Answer answer(String detail, Map<String, String> headers) {
    JsonObject json = new JsonObject();
    json.addProperty("type", TYPE + Json.name(this));
    json.addProperty("title", title);
    json.addProperty("status", status);
    json.addProperty("detail", detail);
    return new Answer(status, "application/problem+json", headers, Json.text(json));
  }
}
