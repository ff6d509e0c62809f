-- A filter of the names of fields that its contacts have or ever had (store/field_names.h); NULL: not known.
ALTER TABLE audience ADD COLUMN field_names {blob};
