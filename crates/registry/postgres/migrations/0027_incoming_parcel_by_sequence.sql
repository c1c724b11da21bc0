CREATE INDEX incoming_parcel_by_sequence ON incoming_parcel (partner, sequence);
