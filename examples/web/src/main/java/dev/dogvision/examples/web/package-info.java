/** A web application: the page of dogvision-web on Spring Boot. */
@NullMarked
package dev.dogvision.examples.web;

import org.jspecify.annotations.NullMarked;
