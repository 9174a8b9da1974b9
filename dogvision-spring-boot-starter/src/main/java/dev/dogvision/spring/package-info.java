/**
 * A {@link dev.dogvision.predict.Predictor} as a bean of Spring Boot: {@link
 * dev.dogvision.spring.DogVisionProperties} lists what can be set.
 */
@NullMarked
package dev.dogvision.spring;

import org.jspecify.annotations.NullMarked;
