/** A page that shows a dog's breeds, and what answers it. */
module dev.dogvision.web {
  requires transitive dev.dogvision;
  requires com.google.common;
  requires com.google.gson;
  requires jdk.httpserver;
  requires org.slf4j;
  requires static com.google.errorprone.annotations;
  requires static org.jspecify;

  exports dev.dogvision.web;
}
