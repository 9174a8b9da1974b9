/**
 * A page that shows a dog's breeds, what answers it whatever the web framework, and a small server
 * that needs none: {@link dev.dogvision.web.PredictionService}, {@link
 * dev.dogvision.web.PageServer}.
 */
@NullMarked
package dev.dogvision.web;

import org.jspecify.annotations.NullMarked;
