"""What leaves Exemplar in formats that other programs read: tables, xAPI, GIFT, WebVTT, vCon."""
