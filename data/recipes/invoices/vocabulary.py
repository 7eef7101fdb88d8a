"""The words that suppliers choose among: labels of the fields, columns and sums, headings, polite formulas."""

NUMBERS = (
    "Facture n°", "N° de facture", "Réf.", "Pièce n°", "N° facture", "Numéro", "Facture N°", "Référence facture",
    "Facture", "N° de pièce", "Notre référence",
)  # fmt: skip
LABELS: dict[str, tuple[str, ...]] = {
    "date": ("Date", "Date de facture", "Date d’émission", "Émise le", "Date facture", "Établie le", "En date du"),
    "due": ("Échéance", "Date d’échéance", "À régler avant le", "Payable le", "Date limite de paiement"),
    "order": ("Commande", "N° de commande", "Votre commande", "V/Cde", "Bon de commande", "Réf. commande"),
    "order_date": ("Date de commande", "Commande du", "Commandé le", "Cde du"),
    "delivery": ("Bon de livraison", "BL n°", "N° BL", "Livraison"),
    "delivery_date": ("Livré le", "Date de livraison", "Expédié le"),
    "client_number": ("N° client", "Code client", "Client", "Compte client", "Réf. client"),
    "client_vat": ("TVA client", "N° TVA intracom. client", "Votre n° TVA"),
    "contact": ("Affaire suivie par", "Votre contact", "Dossier suivi par", "Vendeur"),
    "tt": ("Total HT", "Montant HT", "Total hors taxes", "TOTAL H.T.", "Net HT", "Total HT net", "Base HT"),
    "gross": ("Total brut HT", "Total des lignes", "Brut HT", "Montant brut"),
    "discount": ("Remise", "Rabais", "Remise commerciale", "Escompte"),
    "shipping": ("Frais de port", "Port et emballage", "Livraison HT", "Participation transport"),
    "tva": ("Total TVA", "Montant TVA", "TVA totale", "T.V.A.", "Total taxes"),
    "rate": ("TVA", "TVA à", "T.V.A.", "Taxe"),
    "ttc": ("Total TTC", "Montant TTC", "TOTAL T.T.C.", "Total toutes taxes comprises", "Total général TTC", "TTC"),
    "net": ("Net à payer", "NET À PAYER", "À payer", "Montant dû", "Somme à régler", "Net à payer TTC"),
    "deposit": ("Acompte versé", "Acompte reçu", "Déjà réglé", "Avance perçue", "À déduire : acompte"),
    "rest": ("Reste à payer", "Solde à régler", "Solde dû", "Net à payer", "Reste dû"),
    "title": ("FACTURE", "Facture", "FACTURE DE VENTE", "Facture client", "FACTURE"),
    "client": ("Facturé à", "Client", "Destinataire", "Adresse de facturation", "Doit", ""),
    "carry": ("À reporter", "Sous-total de la page", "Report page suivante"),
    "brought": ("Report", "Report page précédente", "Montant reporté"),
    "iban": ("IBAN", "Coordonnées bancaires : IBAN", "RIB", "Virement IBAN"),
    "text": ("Désignation", "Description", "Libellé", "Article", "Prestation"),
    "qty": ("Qté", "Quantité", "Qté", "Nb"),
    "price": ("P.U. HT", "Prix unit.", "PU HT", "Prix HT", "Tarif"),
    "column_rate": ("TVA", "Taux", "% TVA", "T.V.A."),
    "amount": ("Montant HT", "Total HT", "Montant", "Total", "Prix total"),
    "ref": ("Réf.", "Code", "Article n°", "Référence"),
    "unit": ("Unité", "U.", "Un."),
}  # fmt: skip
TERMS = (
    "Paiement à 30 jours par virement. Pas d’escompte pour paiement anticipé.",
    "En cas de retard, pénalités au taux légal et indemnité forfaitaire de 40,00 € pour frais de recouvrement.",
    "Règlement par chèque ou virement. Marchandise non reprise au-delà de 15 jours.",
    "TVA acquittée sur les encaissements. Réserve de propriété jusqu’au paiement complet.",
    "Conditions de règlement : 45 jours fin de mois. Nous vous remercions de votre confiance.",
    "Merci de rappeler nos références lors de votre règlement. Toute réclamation sous huit jours.",
)
THANKS = ("Merci de votre confiance.", "Avec nos remerciements.", "Cordialement, la comptabilité.", "Bonne réception.")
CLIENTS = (
    "Mairie de {city}", "Lycée {name}", "Collège {name}", "Musée de {city}", "Association {name}", "Hôtel {name}",
    "Clinique {name}", "{person}", "{person}", "SCI {name}", "{name} Développement", "Syndic {name}", "Théâtre {name}",
    "Université de {city}", "Café {name}", "{name} Distribution SAS", "Crèche de {city}", "Camping {name}",
)  # fmt: skip
STAMPS = (
    "PAYÉ",
    "REÇU LE {}",
    "ACQUITTÉ",
    "COMPTABILISÉ",
    "DUPLICATA",
    "PAYÉ LE {}",
    "BON À PAYER",
    "COPIE",
    "ARRIVÉ LE {}",
)
NOTES = ("bon pour accord", "vu, OK", "réglé par chèque le {}", "à classer", "voir avec Paul", "payé le {}", 
         "compte 6068",          "relancer le {}", "urgent !", "vérifié")  # fmt: skip
MODIFIERS = ("lot A", "lot B", "bât. C", "étage 2", "tranche 1", "tranche 2", "site nord", "site sud", "réassort", 
             "série 4",              "hall", "annexe")  # fmt: skip
