"""Shape and parsing of what is typed about awards, certificates and showings."""

from app.awards.forms.giving import AwardForm, CertificatesForm, SchoolCertificatesForm
from app.awards.forms.showing import ShowingForm

__all__ = ["AwardForm", "CertificatesForm", "SchoolCertificatesForm", "ShowingForm"]
