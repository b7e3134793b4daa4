-- The list of dead letters is read page by page.
CREATE INDEX dead_letter_oldest ON dead_letter (position, consumer);
