package dev.dogvision.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells what keeps the application from starting, without a stack trace. */
final class PredictorFailureAnalyzer extends AbstractFailureAnalyzer<PredictorNotOpenedException> {

  @Override
  protected @Nullable FailureAnalysis analyze(
      Throwable rootFailure, PredictorNotOpenedException cause) {
    return new FailureAnalysis(
        "There is " + cause.getMessage(),
        "Set dogvision.model to the name of an embedded model, such as fast, or to a model's folder"
            + " (a path with a slash, file:... or classpath:...), or leave it out for the embedded"
            + " model. With dogvision.fail-fast=false the application starts without, and its health"
            + " is down.",
        cause);
  }
}
